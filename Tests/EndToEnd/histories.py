"""Random histories under rulebooks that have a bit of everything, for tests that look at them afterwards."""

import datetime
import random
import time
from collections import Counter

import resp

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
        commands = [command for command in commands if command[0] != "RUN"]
        try:
            for command, reply in zip(commands, self.client.transaction(commands), strict=True):
                self.note(command, dict(reply))
        except resp.Refused as refused:
            self.outcomes[refused.code] += 1

    def note(self, command, reply):
        self.outcomes["ok"] += 1
        if command[0] == "RUN":
            return
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
    assigned: { counts: [ { action: "visit" } ], target: 2, window: "week", enrol: "job", gives: [ { balance: "coin", amount: 6 } ] },
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
  jobs: {
    pocket: {
      schedule: "0 0 1 1 *", period: "day", when: "available('coin') < 80 and streak('daily') > 0",
      let: { gift: "5 + streak('daily') + min(period, 4)" },
      gives: [ { balance: "coin", amount: "gift" }, { balance: "xp:<season>", amount: 8, when: "in_season" } ],
    },
    assign: { schedule: "0 0 1 1 *", period: "week", gives: [ { enrol: "assigned" } ] },
    tax: { schedule: "0 0 1 1 *", period: "day", when: "available('coin') > 150",
           gives: [ { balance: "coin", amount: -30 }, { fact: "taxed", add: 1 } ] },
  },
  boards: {
    rich: { by: "available('coin')", hidden: "(fact('boost') else 0) > 45" },
    tiers: { by: [ "rung('tier')", "progress('tier')" ], window: "season", ties: "shared" },
    skill: { earned: "skill", window: "week" },
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
             "FACT", "MIGRATE", "TRANSFER", "FORGET", "RUN"],
            [30, 14, 6, 4, 4, 12, 4, 8, 5, 4, 8, 6, 4, 2, 2, 0.5, 4],
        )[0]
        if kind == "RUN":
            job = r.choice(["pocket", "assign", "tax"])
            day = datetime.date.today() - datetime.timedelta(days=r.randint(0, 40))
            week = "{}-W{:02}".format(*day.isocalendar())
            return [kind, job] + (["FOR", week if job == "assign" else day] if r.random() < 0.7 else [])
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
