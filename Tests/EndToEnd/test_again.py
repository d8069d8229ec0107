"""Deciding the history again: the same rules come to the same, other rules to what an independent sum says."""

import csv
import datetime
import json
import random
import subprocess
import time
from collections import Counter, defaultdict

import pytest

import daemon as daemons
import resp

SAMPLE = daemons.ROOT / "fixtures/contributions-sample.csv"
CONTRIBUTIONS = daemons.ROOT / "fixtures/rulebooks/contributions.json5"

RICH = """
{
  edition: 1, title: "A bit of everything",
  currencies: {
    coin: { raw: ["game", "operate"], transferable: true, cap: 5000 },
    gem: { facets: "open", raw: ["game", "operate"], floor: -50 },
    xp: { never_decreases: true, raw: ["operate"] },
  },
  tables: { worth: { easy: 10, hard: 35 } },
  ladders: {
    level: { of: "earned('xp')", tail: "50 * n * (n - 1)", cap: 100 },
    purse: { of: "available('coin')", rungs: { poor: 0, well: 300, rich: 1000 } },
    collector: { of: "available('gem:<facet>')", rungs: [0, 5, 25] },
    standing: { of: "earned('xp') + available('coin')", rungs: [-1000, 100, 700], lose: "never" },
  },
  openings: [ { posts: [ { balance: "coin", amount: 25 } ], sets: [ { fact: "opened", value: 1 } ] } ],
  actions: {
    quest: {
      inputs: {
        kind: { type: "name", one_of: ["easy", "hard"] }, place: "name",
        bonus: { type: "int", min: -20, max: 20, default: 0 }, boss: { type: "bool", default: false },
        parts: { type: "list", of: "int", max_count: 5, optional: true },
        words: { type: "text", max_bytes: 100, optional: true },
      },
      let: { worth: "table.worth[kind] + if(boss, 50, 0)", share: "worth / 7", done: "(fact('done:<place>') else 0) + 1" },
      show: ["worth", "share"],
      requires: [ { test: "count(parts) < 5", unmet: "{count(parts)} parts are too many" } ],
      posts: [
        { balance: "xp", amount: "worth + floor(share)" },
        { balance: "coin", amount: "bonus" },
        { balance: "gem:<place>", amount: "count(parts)", when: "boss" },
      ],
      sets: [ { fact: "done:<place>", value: "done" }, { item: "trophy", count: "1", when: "boss" } ],
    },
    trophy: {
      inputs: { cup: "name" }, once: ["cup"],
      posts: [ { balance: "coin", amount: "7" } ], sets: [ { unlock: "cup:<cup>" } ],
    },
    gift: {
      inputs: { whom: "account", amount: { type: "int", min: 1, max: 100 } },
      requires: [ { test: "available('coin') >= amount", unmet: "too little" } ],
      posts: [ { balance: "coin", amount: "amount", side: "spend" }, { balance: "coin", amount: "amount", to: "whom" } ],
    },
    raise: { posts: [ { balance: "xp", amount: "30", to: "parent" } ] },
  },
}
"""

NAMES = ["ann", "bob", "ann/knight", "ann/mage", "cleo", "bob/thief", "dora"]


class Player:
    """Random commands of every kind, most of them accepted."""

    def __init__(self, client, seed):
        self.client, self.random = client, random.Random(seed)
        self.seqs, self.holds, self.cups = [1], [1], 0
        self.outcomes = Counter()

    def command(self):
        r = self.random
        who, other = r.sample(NAMES, 2)
        balance = r.choice(["coin", "coin", "gem:red", "gem:blue"])
        kind = r.choices(
            ["AWARD", "SPEND", "TRANSFER", "HOLD", "SETTLE", "RELEASE", "REVERSE", "FACT", "quest", "trophy", "gift",
             "raise", "FREEZE", "UNFREEZE", "FORGET"],
            [14, 10, 8, 8, 5, 3, 7, 6, 30, 5, 8, 4, 1, 5, 0.7],
        )[0]
        if kind == "AWARD":
            return [kind, who, r.choice([balance, "xp"]), r.randint(1, 200)]
        if kind == "SPEND":
            return [kind, who, balance, r.randint(1, 90)] + (["FOR", f"thing{r.randint(1, 9)}"] if r.random() < 0.5 else [])
        if kind == "TRANSFER":
            return [kind, who, other, "coin", r.randint(1, 60)]
        if kind == "HOLD":
            soon = f"@{int((time.time() + r.choice([0.05, 0.2, 60])) * 1e6)}"
            return [kind, who, balance, r.randint(1, 40)] + (["UNTIL", soon] if r.random() < 0.6 else [])
        if kind in ("SETTLE", "REVERSE"):
            seq = r.choice(self.holds if kind == "SETTLE" else self.seqs[-40:])
            return [kind, seq] + ([r.randint(1, 30)] if r.random() < 0.5 else [])
        if kind == "RELEASE":
            return [kind, r.choice(self.holds)]
        if kind == "FACT":
            return [kind, who, r.choice(["class", "strength"]), r.choice(["", "mage", "-3", r.randint(1, 9)])]
        if kind == "quest":
            inputs = [f"kind={r.choice(['easy', 'hard'])}", f"place=p{r.randint(1, 30)}"]
            inputs += [f"bonus={r.randint(-20, 20)}"] if r.random() < 0.6 else []
            inputs += [f"boss={r.choice(['0', '1', 'true', 'false'])}"] if r.random() < 0.6 else []
            inputs += ["parts=" + ",".join(map(str, r.sample(range(9), r.randint(0, 5))))] if r.random() < 0.5 else []
            inputs += ["words=Grüße an alle"] if r.random() < 0.3 else []
            r.shuffle(inputs)
            return ["RECORD", who, kind, *inputs]
        if kind == "trophy":
            self.cups += r.random() < 0.8
            return ["RECORD", who, kind, f"cup=c{self.cups}"]
        if kind == "gift":
            return ["RECORD", who, kind, f"whom={other}", f"amount={r.randint(1, 50)}"]
        return ["RECORD", who, kind] if kind == "raise" else [kind, who]

    def options(self):
        r = self.random
        options = []
        if r.random() < 0.3:
            options += ["BY", r.choice(NAMES + ["clerk", "other/clerk"])]
        if r.random() < 0.2:
            options += ["MEMO", "because of it"]
        if r.random() < 0.2:
            options += ["CAUSE", r.choice(self.seqs)]
        if r.random() < 0.2:
            options += ["AT", f"@{int((time.time() - r.randint(1, 10**6)) * 1e6)}"]
        return options

    def play(self, count):
        for number in range(count):
            if self.random.random() < 0.06:
                self.group()
                continue
            command = self.command() + self.options()
            if self.random.random() < 0.3:
                command += ["KEY", f"k{number}"]
            try:
                self.note(command, self.client.map(*command))
            except resp.Refused as refused:
                self.outcomes[refused.code] += 1

    def group(self):
        commands = [self.command() + self.options() for _ in range(self.random.randint(2, 4))]
        try:
            for command, reply in zip(commands, self.client.transaction(commands), strict=True):
                self.note(command, dict(reply))
        except resp.Refused as refused:
            self.outcomes[refused.code] += 1

    def note(self, command, reply):
        self.outcomes["ok"] += 1
        if not reply["duplicate"]:
            self.seqs.append(reply["seq"])
            if command[0] == "HOLD":
                self.holds = self.holds[-8:] + [reply["seq"]]


TIMELY = """
{
  edition: 1, title: "Seasons, windows and offers", time_zone: "+02:00",
  currencies: {
    coin: { raw: ["game", "operate"] },
    xp: { facets: "open" },
    skill: { raw: ["operate"], never_decreases: true },
  },
  seasons: {
    first: { from: "2024-01-01", until: "%(turn)s", numbers: { step: 100, most: 20 } },
    second: {
      from: "%(turn)s", until: "%(end)s", grace: "1h", numbers: { step: 60, most: 30 },
      on_entry: [ { balance: "coin", amount: 11 }, { fact: "entered", add: 1 } ],
    },
  },
  items: { hat: { slot: "head", price: 30, shine: 3 }, crown: { slot: "head", price: 120, shine: 5 }, frost: { price: 40 } },
  ladders: {
    tier: {
      of: "earned('xp:<season>')", tail: "season.step * (n - 1)", cap: "season.most", past_cap: "lose",
      rewards: {
        claim: "reward",
        tracks: {
          free: { rungs: {
            "1": { automatic: true, gives: [ { item: "hat", unless_owned: true, equip: "if_empty" } ] },
            "2": [ { balance: "coin", amount: 40 } ],
            "3": { automatic: true, gives: [ { balance: "xp:<season>", amount: 45 }, { balance: "coin", amount: 5 } ] },
            "4-9": [],
          } },
          gold: {
            requires: [ { test: "claimed('gold:<season>')", unmet: "Gold is needed" } ],
            rungs: { "2": [ { balance: "coin", amount: 70 } ], "5": [ { item: "crown", unless_owned: true } ] },
          },
        },
      },
    },
    mastery: { of: "earned('skill')", start: 1, tail: [ { to: 5, step: 50 }, { to: 9, step: 120 }, { step: 300 } ] },
  },
  openings: [ { gives: [ { balance: "coin", amount: 20 }, { fact: "opened_on", value: "day" } ] } ],
  modifiers: {
    boosted: { percents: [ "fact('boost') else 0", { percent: 20, from: "%(turn)s", until: "%(end)s" } ], combine: "chain", round: "floor", least: 1 },
  },
  streaks: {
    daily: {
      counts: [ "match", { action: "visit", when: "long" } ], grace: 1, freeze: "frost", time_zone: "account",
      bonus: [ { balance: "coin", amount: "streak('daily')" } ],
    },
  },
  goals: {
    five_wins: { counts: [ { action: "match", when: "won" } ], target: 5, window: "week", enrol: "automatic",
                 gives: [ { balance: "coin", amount: 33 }, { balance: "skill", amount: 60 } ] },
    places: { counts: [ { action: "visit", distinct: "place" } ], target: 3, window: "none", enrol: "offer", repeat: true,
              gives: [ { balance: "coin", amount: 9 } ] },
    kills: { counts: [ { action: "match", by: "kills" } ], target: 12, window: "day", enrol: "automatic", repeat: true,
             gives: [ { balance: "xp:<season>", amount: 15 } ] },
    skilled: { reaches: "earned('skill')", target: 200, window: "none", enrol: "automatic", gives: [ { unlock: "skilled" } ] },
  },
  actions: {
    match: {
      inputs: { won: "bool", kills: { type: "int", min: 0, max: 9 } },
      let: { points: "modified('boosted', if(won, 40, 15) + 3 * kills)" }, show: ["points"],
      stamp: ["tier"],
      gives: [
        { balance: "xp:<season>", amount: "points" }, { balance: "skill", amount: "kills * 4" },
        { fact: "weekday", value: "weekday" }, { fact: "hour", value: "hour", when: "in_season" },
      ],
    },
    visit: { inputs: { place: "name", long: { type: "bool", default: false } }, gives: [ { fact: "seen:<place>", add: 1 } ] },
    daily: { limit: { count: 2, every: "24h" }, gives: [ { balance: "coin", amount: 15 } ] },
    weekly: { limits: [ { count: 1, per: "week" }, { count: 3, per: "month" } ], gives: [ { balance: "coin", amount: 50 } ] },
    crew: {
      inputs: { whom: { type: "list", of: "name" }, amounts: { type: "list", of: "int", optional: true } },
      gives: [ { fact: "crew:<each>", add: 1, for_each: "whom" }, { balance: "coin", amount: "each", for_each: "amounts" } ],
    },
  },
  offers: {
    gold: { per: "season", cost: { balance: "coin", amount: 90 } },
    item: { parameters: { id: { type: "name", one_of: "items" } }, repeat: true, limit: { count: 3, per: "day" },
            cost: { balance: "coin", amount: "table.item_price[id]", from: "owner" }, gives: [ { item: "<id>" } ] },
    wear: { parameters: { id: { type: "name", one_of: "items" } }, repeat: true, limit: { count: 3, per: "day" },
            requires: [ { test: "owns(id)", unmet: "{id} isn't owned" } ],
            gives: [ { equip: "<id>" }, { fact: "shine", value: "table.item_shine[id] else 0" } ] },
    join: { parameters: { goal: { type: "name", one_of: ["places"] } }, repeat: true, gives: [ { enrol: "places" } ] },
  },
  migrations: {
    old: {
      fields: { coins: { type: "int", min: 0 }, hats: { type: "int", min: 0, max: 3, default: 0 } },
      gives: [ { balance: "coin", amount: "coins" }, { item: "hat", count: "hats", when: "hats > 0" }, { fact: "old", value: 1 } ],
    },
  },
}
"""


class Timely(Player):
    """Commands that fall into different days, weeks and seasons."""

    def command(self):
        r = self.random
        who, other = r.sample(NAMES, 2)
        kind = r.choices(
            ["match", "visit", "daily", "weekly", "crew", "reward", "gold", "item", "wear", "join", "AWARD", "REVERSE",
             "FACT", "MIGRATE", "TRANSFER", "FORGET"],
            [30, 14, 6, 4, 4, 12, 4, 8, 5, 4, 8, 6, 4, 2, 2, 0.5],
        )[0]
        if kind == "match":
            return ["RECORD", who, kind, f"won={r.randint(0, 1)}", f"kills={r.randint(0, 9)}"]
        if kind == "visit":
            return ["RECORD", who, kind, f"place=p{r.randint(1, 12)}", f"long={r.choice(['true', '0'])}"]
        if kind in ("daily", "weekly"):
            return ["RECORD", who, kind]
        if kind == "crew":
            amounts = [f"amounts={','.join(str(r.randint(1, 9)) for _ in range(3))}"] if r.random() < 0.5 else []
            return ["RECORD", who, kind, "whom=" + ",".join(r.sample(["x", "y", "z", "q"], 2)), *amounts]
        if kind == "reward":
            return ["CLAIM", who, kind, f"tier={r.randint(1, 6)}", f"track={r.choice(['free', 'gold'])}"]
        if kind == "gold":
            return ["CLAIM", who, kind]
        if kind in ("item", "wear"):
            return ["CLAIM", who, kind, f"id={r.choice(['hat', 'crown', 'frost'])}"]
        if kind == "join":
            return ["CLAIM", who, kind, "goal=places"]
        if kind == "AWARD":
            return [kind, who, "coin", r.randint(1, 60)]
        if kind == "REVERSE":
            return [kind, r.choice(self.seqs[-40:])]
        if kind == "FACT":
            name, value = r.choice([("boost", r.randint(0, 50)), ("utc_offset", r.choice([-600, 0, 330])), ("boost", "")])
            return [kind, who, name, value]
        if kind == "MIGRATE":
            return [kind, "old", who, f"coins={r.randint(0, 99)}", f"hats={r.randint(0, 2)}"]
        return [kind, who, other, "coin", r.randint(1, 20)] if kind == "TRANSFER" else [kind, who]

    def options(self):
        at = int((time.time() - self.random.choice([0, 1, 1, 5, 20]) * self.random.randint(0, 86_400)) * 1e6)
        return super().options()[:0] + (["AT", f"@{at}"] if self.random.random() < 0.8 else [])


def whatif(data, rules, *options):
    return json.loads(daemons.stele("whatif", "--data", data, "--rules", rules, "--json", *options).stdout)


def verified(data):
    done = daemons.stele("verify", "--data", data, "--decide", "--json", check=False)
    return json.loads(done.stdout)


@pytest.fixture
def rich(make_daemon, tmp_path):
    rules = tmp_path / "rich.json5"
    rules.write_text(RICH)
    return make_daemon(rules=rules)


def test_a_random_history_is_decided_again_the_same(rich, seed, scale):
    with rich.client() as client:
        player = Player(client, seed)
        player.play(int(1200 * scale))
        seq = client.call("XLEN", "log")
        found = verified(rich.data)
        assert found["right"] and found["deviations"] == 0, found["deviating"][:3]
        assert found["decided"] >= seq
        # Names and numbers of other rules may differ, their outcomes don't; and the daemon says the same.
        again = whatif(rich.data, rich.rules)
        assert again["same"] is True, again
        assert again["commands"]["changed"] == again["commands"]["refused"] == again["accounts"]["differ"] == 0
        assert all(rung["before"] == rung["after"] for ladder in again["ladders"] for rung in ladder["rungs"])
        assert [currency["before"] for currency in again["currencies"]] == [
            currency["after"] for currency in again["currencies"]
        ]
        diff = client.map("RULES", "DIFF", RICH)
        assert diff["same"] is True and diff["commands"] == again["commands"]
    print(player.outcomes)
    assert player.outcomes["ok"] > 500 * scale and again["commands"]["same"] > 500 * scale


def test_days_seasons_and_offers_are_decided_again_the_same(make_daemon, tmp_path, seed, scale):
    today = datetime.date.today()
    rules = tmp_path / "timely.json5"
    rules.write_text(TIMELY % {
        "turn": today - datetime.timedelta(days=6), "end": today + datetime.timedelta(days=600)
    })
    daemon = make_daemon(rules=rules)
    with daemon.client() as client:
        player = Timely(client, seed)
        player.play(int(1500 * scale))
        events = [client.map("EVENT", seq) for seq in range(1, client.call("XLEN", "log") + 1)]
    whys = Counter(
        posting.get("why", "").split(":")[0].split("/")[0] for event in events for posting in event.get("postings", [])
    )
    print(player.outcomes, whys, Counter(event["kind"] for event in events))
    assert {"goal", "streak", "rung", "opening", "cost", "gift"} <= set(whys), whys
    assert {"claim", "migration", "reversal"} <= {event["kind"] for event in events}
    found = verified(daemon.data)
    assert found["right"] and found["deviations"] == 0, found["deviating"][:3]
    assert whatif(daemon.data, rules)["same"] is True
    other = tmp_path / "other.json5"
    other.write_text(rules.read_text().replace("target: 5,", "target: 4,"))
    result = whatif(daemon.data, other)
    assert result["same"] is False and result["valid"] is True


def test_rules_that_changed_on_the_way(rich, seed):
    """Each event is decided under the rules that were in force then."""
    with rich.client() as client:
        player = Player(client, seed)
        for text in (RICH, RICH.replace("hard: 35", "hard: 99"), RICH.replace("amount: 25", "amount: 3")):
            if text is not RICH:
                client.call("RULES", "PUT", text)
            player.play(150)
            client.call("FORGET", client.map("AWARD", f"new{len(text)}", "coin", 1) and f"new{len(text)}")
        found = verified(rich.data)
        assert found["right"] and found["deviations"] == 0, found["deviating"][:3]
        assert whatif(rich.data, rich.rules)["same"] is False


# Against an independent computation.


@pytest.fixture(scope="module")
def sample():
    daemon = daemons.Daemon(rules=CONTRIBUTIONS).start()
    daemons.stele(
        "--socket", daemon.socket, "import", SAMPLE, "--action", "contribution", "--account", "account",
        "--key", "id", "--time", "time",
    )
    yield daemon
    daemon.remove()


def history(merge=5, most=20):
    """For each row what it comes to: who, how much, and the rungs before and after."""
    xp = defaultdict(int)
    for row in csv.DictReader(open(SAMPLE)):
        who, before = row["account"], xp[row["account"]]
        xp[who] += merge if row["merge"] == "1" else 10 + 2 * min(int(row["files"]), most)
        climbed = [(rung(before), rung(xp[who])) for rung in (level, tier)]
        yield who, xp[who] - before, [pair for pair in climbed if pair[0] != pair[1]]


def sums(**numbers):
    xp = defaultdict(int)
    for who, amount, _ in history(**numbers):
        xp[who] += amount
    return xp


def tier(amount):
    return [name for name, floor in TIERS.items() if floor <= amount][-1]


def tiers(xp, table):
    count = Counter({name: 0 for name in table})
    for amount in xp.values():
        count[[name for name, floor in table.items() if floor <= amount][-1]] += 1
    return count


def level(amount):
    rung = 1
    while 100 * rung * (rung + 1) // 2 <= amount:
        rung += 1
    return rung


TIERS = {"newcomer": 0, "regular": 500, "core": 5000, "maintainer": 25000, "legend": 100000}


def rungs(result, ladder, part):
    rows = next(each for each in result["ladders"] if each["ladder"] == ladder)["rungs"]
    return {row["rung"]: row[part] for row in rows if row[part] or ladder == "tier"}


def test_another_tier_table_shifts_just_the_tiers(sample, tmp_path):
    other = {"newcomer": 0, "apprentice": 150, "regular": 400, "core": 2000, "maintainer": 25000}
    rules = tmp_path / "tiers.json5"
    text = CONTRIBUTIONS.read_text()
    start = text.index("newcomer: 0")
    end = text.index("legend: 100000,") + len("legend: 100000,")
    rules.write_text(text[:start] + ", ".join(f"{name}: {floor}" for name, floor in other.items()) + text[end:])
    result = whatif(sample.data, rules)
    xp = sums()
    before, after = tiers(xp, TIERS), tiers(xp, other)
    assert rungs(result, "tier", "before") == {**dict.fromkeys(other, 0), **before}
    assert rungs(result, "tier", "after") == {**dict.fromkeys(TIERS, 0), **after}
    assert result["accounts"]["balances"] == 0 and result["commands"]["refused"] == 0
    moved = sum(
        tiers({"": amount}, TIERS) - tiers({"": amount}, other) != Counter() for amount in xp.values()
    )
    assert result["accounts"]["rungs"] == result["accounts"]["differ"] == moved > 0
    assert all(currency["before"] == currency["after"] for currency in result["currencies"])
    assert rungs(result, "level", "before") == rungs(result, "level", "after")


def test_one_number_changed_differs_exactly_as_it_should(sample, tmp_path):
    rules = tmp_path / "merges.json5"
    rules.write_text(CONTRIBUTIONS.read_text().replace("merge: 5,", "merge: 40,").replace("most_files: 20,", "most_files: 3,"))
    old, new = sums(), sums(merge=40, most=3)
    rows = list(csv.DictReader(open(SAMPLE)))
    with sample.client() as client:
        live = client.map("RULES", "DIFF", rules.read_text())
    changed = sum(a != b for a, b in zip(history(), history(merge=40, most=3), strict=True))
    for result in (whatif(sample.data, rules, "--top", 10), live):
        assert dict(result["commands"]) == {"same": len(rows) - changed, "changed": changed, "refused": 0}
        assert [line["count"] for line in result["changed"]] == [changed]
        assert result["accounts"]["balances"] == sum(old[name] != new[name] for name in old)
        xp = next(currency for currency in result["currencies"] if currency["currency"] == "xp")
        assert (xp["before"], xp["after"]) == (sum(old.values()), sum(new.values()))
        change = {name: new[name] - old[name] for name in old}
        assert xp["gaining"] == sum(amount > 0 for amount in change.values()) > 0
        assert xp["losing"] == sum(amount < 0 for amount in change.values()) > 0
        gains = [(row["account"], row["before"], row["after"], row["change"]) for row in xp["gains"]]
        losses = [(row["account"], row["before"], row["after"], row["change"]) for row in xp["losses"]]
        assert [row[3] for row in gains] == sorted((amount for amount in change.values() if amount > 0), reverse=True)[:10]
        assert [row[3] for row in losses] == sorted(amount for amount in change.values() if amount < 0)[:10]
        assert all(row == (row[0], old[row[0]], new[row[0]], change[row[0]]) for row in gains + losses)
        assert rungs(result, "level", "before") == {
            str(rung): count for rung, count in Counter(map(level, old.values())).items()
        }
        assert rungs(result, "level", "after") == {
            str(rung): count for rung, count in Counter(map(level, new.values())).items()
        }
        assert rungs(result, "tier", "after") == tiers(new, TIERS)


def test_what_would_be_refused_is_what_a_model_refuses(make_daemon, tmp_path, seed):
    """A lower cap on `debt`: awards are refused by it, and spends by what they would have lived on."""
    daemon = make_daemon()
    r = random.Random(seed)
    accepted = []
    with daemon.client() as client:
        for _ in range(400):
            command = (r.choice(["AWARD", "AWARD", "SPEND"]), r.choice("abcde"), "debt", r.randint(1, 300))
            try:
                accepted.append((client.map(*command)["seq"], command))
            except resp.Refused:
                pass
    have, refused = defaultdict(int), []
    for seq, (verb, who, _, amount) in accepted:
        after = have[who] + (amount if verb == "AWARD" else -amount)
        if after > 400 or after < -100:
            refused.append((seq, "LIMIT" if verb == "AWARD" else "INSUFFICIENT"))
        else:
            have[who] = after
    rules = tmp_path / "cap.json5"
    rules.write_text(daemon.rules.read_text().replace("floor: -100, cap: 1000", "floor: -100, cap: 400"))
    result = whatif(daemon.data, rules)
    assert result["commands"]["refused"] == len(refused) > 0
    assert {line["code"]: line["count"] for line in result["refused"]} == Counter(code for _, code in refused)
    assert {line["code"]: line["first"] for line in result["refused"]} == {code: seq for seq, code in reversed(refused)}
    debt = next(currency for currency in result["currencies"] if currency["currency"] == "debt")
    assert debt["after"] == sum(have.values())


# How it behaves.


def test_mistakes_are_told_as_by_check(sample, tmp_path):
    wrong = tmp_path / "wrong.json5"
    wrong.write_text("{ edition: 1,\n currencies: 7,\n ladders: { x: { of: 'y' } } }\n")
    said = [
        daemons.stele(*command, check=False)
        for command in (
            ("--socket", sample.socket, "rules", "check", wrong), ("--socket", sample.socket, "rules", "diff", wrong),
            ("whatif", "--data", sample.data, "--rules", wrong),
        )
    ]
    assert [done.returncode for done in said] == [1, 1, 1]
    assert said[0].stdout == said[1].stdout == said[2].stdout and f"{wrong}:2:" in said[0].stdout
    with sample.client() as client:
        checked, diff = client.map("RULES", "CHECK", wrong.read_text()), client.map("RULES", "DIFF", wrong.read_text())
        assert checked == diff and diff["valid"] is False


def test_it_is_printed_for_people(sample, tmp_path):
    rules = tmp_path / "merges.json5"
    rules.write_text(CONTRIBUTIONS.read_text().replace("merge: 5,", "merge: 40,"))
    offline = daemons.stele("whatif", "--data", sample.data, "--rules", rules, "--top", 10).stdout
    live = daemons.stele("--socket", sample.socket, "rules", "diff", rules).stdout
    assert offline == live
    assert "RECORD contribution" in live and "would stand higher" in live and "newcomer" in live
    same = daemons.stele("whatif", "--data", sample.data, "--rules", CONTRIBUTIONS).stdout
    assert "nothing would be different" in same
    assert "decided again, all the same" in daemons.stele("verify", "--data", sample.data, "--decide").stdout


def test_who_may_and_what_it_leaves(make_daemon):
    daemon = make_daemon(doors=True)
    text = daemon.rules.read_text()
    with resp.Client(daemon.socket) as game, resp.Client(daemon.audit_socket) as audit:
        assert game.refusal("RULES", "DIFF", text).code == "NOPERM"
        game.call("AWARD", "p", "coin", 5)
        before = audit.call("XLEN", "log")
        assert audit.map("RULES", "DIFF", text)["same"] is True
        assert audit.call("XLEN", "log") == before


def test_writes_go_on_meanwhile_and_one_at_a_time(make_daemon):
    """A history long enough that a second DIFF finds the first still at it; writes don't wait for either."""
    daemon = make_daemon()
    text = daemon.rules.read_text()
    daemons.stele("--socket", daemon.socket, "bench", "--count", 60_000, "--accounts", 500, "--connections", 2, "--json")
    with daemon.client(timeout=120) as one, daemon.client() as two, daemon.client() as three:
        busy = answered = 0
        for _ in range(20):
            one.send(resp.frame("RULES", "DIFF", text))
            try:
                two.call("RULES", "DIFF", text)
            except resp.Refused as refused:
                assert refused.code == "BUSY"
                busy += 1
                three.call("AWARD", "p", "coin", 1)
                answered += 1
            assert dict(one.reply())["valid"]
            if busy:
                break
        assert busy and answered
        # Whoever leaves takes the trial along.
        with daemon.client() as leaving:
            leaving.send(resp.frame("RULES", "DIFF", text))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert two.map("RULES", "DIFF", text)["valid"] is True
                break
            except resp.Refused as refused:
                assert refused.code == "BUSY"
                time.sleep(0.02)
        else:
            raise AssertionError("still busy")


def test_usage(tmp_path):
    assert daemons.stele("whatif", "--data", tmp_path / "none", check=False).returncode == 2
    done = subprocess.run(
        [str(daemons.program("stele")), "help", "whatif"], capture_output=True, text=True, timeout=10, check=True
    )
    assert "--rules FILE" in done.stdout and "stele whatif" in done.stdout
