"""Deciding the history again: the same rules come to the same, other rules to what an independent sum says."""

import csv
import datetime
import json
import random
import re
import subprocess
import time
from collections import Counter, defaultdict

import pytest

import daemon as daemons
import resp
from histories import RICH, TIMELY, Player, Timely

SAMPLE = daemons.ROOT / "fixtures/contributions-sample.csv"
CONTRIBUTIONS = daemons.ROOT / "fixtures/rulebooks/contributions.json5"


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
    assert {"claim", "migration", "reversal", "job"} <= {event["kind"] for event in events}
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


def test_forgotten_by_one_of_its_own(rich):
    """Who asks may be below the account that is forgotten, and is forgotten with it, just before."""
    with rich.client() as client:
        client.call("AWARD", "ann/knight", "coin", 1)
        client.call("AWARD", "ann/mage", "coin", 1)
        client.call("FORGET", "ann/mage", "BY", "ann/mage")
        client.call("FORGET", "ann", "BY", "ann/knight")
        client.call("FORGET", client.map("AWARD", "bob", "coin", 1) and "bob", "BY", "bob/knight")
        # A new account of the same name.
        client.call("AWARD", "ann", "coin", 1)
        client.call("FORGET", "ann", "BY", "ann/knight")
        client.call("MULTI")
        client.call("AWARD", "cleo", "coin", 1)
        client.call("FORGET", "cleo")
        client.call("EXEC")
        events = [client.map("EVENT", seq) for seq in range(1, client.call("XLEN", "log") + 1)]
    assert [event.get("by") for event in events if event.get("change") == "forgotten"].count(None) == 4
    found = verified(rich.data)
    assert found["right"] and found["deviations"] == 0, found["deviating"][:3]
    assert whatif(rich.data, rich.rules)["same"] is True


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


def test_why_it_would_be_refused_calls_accounts_by_their_ids(make_daemon, tmp_path):
    daemon = make_daemon()
    with daemon.client() as client:
        for who, amount in [("zoë/knight", 300), ("gone", 500)]:
            client.call("AWARD", who, "debt", amount)
        client.call("SPEND", "zoë/knight", "debt", 350)
        client.call("AWARD", "gone", "debt", 500)
        client.call("FORGET", "gone")
        (number,) = {account for event in client.call("HISTORY", "*", "COUNT", 1) for account in [dict(event)["account"]]}
        assert re.fullmatch(r"~\d+", number)
        rules = tmp_path / "other.json5"
        rules.write_text(daemon.rules.read_text().replace("floor: -100, cap: 1000", "floor: 0, cap: 999"))
        for result in (whatif(daemon.data, rules), client.map("RULES", "DIFF", rules.read_text())):
            reasons = {line["code"]: line["reason"] for line in result["refused"]}
            assert reasons["INSUFFICIENT"].startswith("zoë/knight has 300 debt"), reasons
            assert number in reasons["LIMIT"] and "gone" not in reasons["LIMIT"], reasons


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
