"""MIGRATE, `stele migrate` and `steled --legacy`: everybody comes over once, as they were."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

import daemon as daemons

RULES = Path(__file__).resolve().parent / "telling.json5"


@pytest.fixture(scope="module")
def telling():
    daemon = daemons.Daemon(rules=RULES).start()
    yield daemon
    daemon.remove()


@pytest.fixture
def client(telling):
    with telling.client() as client:
        yield client


# One account


def test_an_account_comes_over_as_it_was(client, someone):
    receipt = client.map(
        "MIGRATE", "old", someone, "xp=750", "level=2", "coins=5", "badges=owl,fox", "vip=1", "clan=owls"
    )
    assert receipt["changes"] == {"xp": 750, "coins": 105}
    # 750 xp would be level 4: the ladder isn't climbed, it is set.
    assert receipt["reached"] == [{"ladder": "level", "from": 1, "to": 2}]
    assert sorted(receipt["granted"]) == ["fox", "owl"] and receipt["explain"] == {"bonus": 100}
    profile = client.map("PROFILE", someone)
    assert profile["ladders"]["level"]["rung"] == 2 and profile["ladders"]["tier"]["rung"] == "ember"
    assert profile["facts"] == {"clan": "owls"} and sorted(profile["items"]) == ["fox", "owl"]
    event = client.map("EVENT", receipt["seq"])
    assert event["kind"] == "migration" and event["cause"]["name"] == "old"
    assert event["cause"]["inputs"] == {
        "xp": 750, "level": 2, "coins": 5, "badges": ["owl", "fox"], "vip": True, "clan": "owls",
    }
    assert {posting["why"] for posting in event["postings"]} == {"migration"}
    # The next award moves it to where it belongs.
    assert client.map("AWARD", someone, "xp", 1)["reached"] == [
        {"ladder": "level", "from": 2, "to": 4}, {"ladder": "tier", "from": "ember", "to": "spark"},
    ]


def test_only_once(client, someone):
    client.call("AWARD", someone, "xp", 10)
    client.call("MIGRATE", "old", someone, "xp=1", "level=1")
    before = client.map("PROFILE", someone)
    for command in (
        ("MIGRATE", "old", someone, "xp=1", "level=1"),
        # Also a row that couldn't be migrated at all.
        ("MIGRATE", "old", someone, "xp=what"),
        ("MIGRATE", "old", someone, "xp=1", "level=1", "DRYRUN"),
    ):
        refused = client.refusal(*command)
        assert refused.code == "TAKEN" and refused.facts["migration"] == "old"
    assert client.map("PROFILE", someone) == before


def test_a_refusal_leaves_nothing(client, someone):
    for arguments, code in [
        (("nothing", someone), "UNDECLARED"),
        (("old", someone), "BADARG"),
        (("old", someone, "xp=-1", "level=1"), "BADARG"),
        (("old", someone, "xp=1", "level=0"), "BADARG"),
        (("old", someone, "xp=1", "level=1", "shoe=7"), "BADARG"),
        (("old", someone, "xp=1", "level=1", "badges=a,b c"), "BADARG"),
        (("old", someone, "xp=1000000", "level=1"), "REQUIREMENT"),
        (("old", someone, "xp=1", "level=1", "coins=9223372036854775807", "vip=1"), "OVERFLOW"),
    ]:
        assert client.refusal("MIGRATE", *arguments).code == code, arguments
    assert client.map("PROFILE", someone)["seq"] == 0
    client.call("MIGRATE", "old", someone, "xp=1", "level=1")
    client.call("FREEZE", someone)
    assert client.refusal("MIGRATE", "old", someone, "xp=1", "level=1").code == "FROZEN"


def test_keys_and_dry_runs(client, someone):
    command = ("MIGRATE", "old", someone, "xp=9", "level=1", "KEY", "m1")
    dry = client.map(*command[:-2], "DRYRUN")
    first = client.map(*command)
    assert dry["changes"] == first["changes"] and not first["duplicate"]
    again = client.map(*command)
    assert again == {**first, "duplicate": True}
    assert client.refusal("MIGRATE", "old", someone, "xp=8", "level=1", "KEY", "m1").code == "KEYREUSED"


# A file of them


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def stele(daemon, *arguments, **options):
    return subprocess.run(
        [str(daemons.program("stele")), "--socket", str(daemon.socket), *map(str, arguments)],
        capture_output=True, text=True, timeout=120, **options,
    )


def migrate(daemon, file, *more):
    done = stele(daemon, "--json", "migrate", file, "--migration", "old", "--account", "player", *more)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def row(index, chance):
    return {
        "player": f"p{index}", "xp": chance.randrange(2000), "level": chance.randrange(1, 9),
        "coins": chance.randrange(50), "badges": chance.sample(["owl", "fox", "elk"], chance.randrange(4)),
        "vip": chance.random() < 0.2, "clan": chance.choice([None, "owls", "elks"]),
    }


def counts(report):
    return report["rows"], report["migrated"], report["duplicates"], report["refused"]


def test_a_file_with_failures_goes_on_and_can_be_run_again(make_daemon, tmp_path, seed):
    daemon = make_daemon(rules=RULES)
    chance = random.Random(seed)
    rows = [row(index, chance) for index in range(300)]
    rows[10]["xp"], rows[20]["level"], rows[30]["player"], rows[40]["shoe"] = -5, 0, None, 1
    lines = [json.dumps(one) for one in rows]
    lines[50] = '{"player": "broken", '
    file = tmp_path / "players.jsonl"
    file.write_text("\n".join(lines) + "\n")
    good = [one for index, one in enumerate(rows) if index not in (10, 20, 30, 40, 50)]

    with daemon.client() as client:
        before = client.call("XLEN", "log")
        code, dry = migrate(daemon, file, "--dry-run")
        assert (code, counts(dry)) == (3, (300, 295, 0, 5)) and client.call("XLEN", "log") == before
        sums = {line["name"]: (line["sum"], line["accounts"]) for line in dry["changes"]["balances"]}
        assert sums["xp"] == (sum(one["xp"] for one in good), sum(one["xp"] > 0 for one in good))
        given = {line["name"]: line["accounts"] for line in dry["changes"]["granted"]}
        assert given == {name: sum(name in one["badges"] for one in good) for name in ("elk", "fox", "owl")}

        failures = tmp_path / "failures.jsonl"
        code, report = migrate(daemon, file, "--failures", failures)
        assert (code, counts(report)) == (3, (300, 295, 0, 5)) and report["changes"] == dry["changes"]
        failed = {one["line"]: one["code"] for one in map(json.loads, failures.read_text().splitlines())}
        assert failed == {11: "BADARG", 21: "BADARG", 31: "UNREADABLE", 41: "BADARG", 51: "UNREADABLE"}
        assert {one["line"] for one in report["refusals"]} == set(failed)
        for one in good:
            agrees(client, one)

        # Put right, and again: those that were there are known, the others come over.
        rows[10]["xp"], rows[20]["level"] = 5, 3
        fixed = write(tmp_path / "fixed.jsonl", [rows[10], rows[20], *good])
        assert migrate(daemon, fixed)[0] == 0
        code, report = migrate(daemon, fixed)
        assert (code, counts(report)) == (0, (297, 0, 297, 0))
        agrees(client, rows[10])


def agrees(client, one):
    profile = client.map("PROFILE", one["player"])
    balances = {name: balance["earned"] for name, balance in profile["balances"].items()}
    expected = {"xp": one["xp"], "coins": one["coins"] + (100 if one["vip"] else 0)}
    assert balances == {name: amount for name, amount in expected.items() if amount}
    assert profile["ladders"]["level"]["rung"] == one["level"]
    assert sorted(profile["items"]) == sorted(one["badges"])
    assert profile["facts"] == ({"clan": one["clan"]} if one["clan"] else {})


def test_for_people(make_daemon, tmp_path):
    daemon = make_daemon(rules=RULES)
    file = write(tmp_path / "players.jsonl", [{"player": "a", "xp": 120, "level": 2}, {"player": "b", "xp": 1}])
    done = stele(daemon, "migrate", file, "--migration", "old", "--account", "player", "--dry-run")
    assert done.returncode == 3 and "would be migrated" in done.stdout and "+120" in done.stdout
    assert "level 2" in done.stdout and f"{file}:2: " in done.stdout
    # Without options it is the daemon's own command.
    done = stele(daemon, "migrate", "old", "c", "xp=5", "level=1", "coins=2")
    assert done.returncode == 0 and "coins" in done.stdout
    for wrong in (["--migration", "old"], ["--account", "player"], ["--migration", "old", "--account", "plyer"]):
        assert stele(daemon, "migrate", file, *wrong).returncode == 2
    help_ = stele(daemon, "help", "migrate")
    assert help_.returncode == 0 and "--dry-run" in help_.stdout
    assert stele(daemon, "migrate", file, "--migration", "odl", "--account", "player").returncode == 3


def test_who_may_not(make_daemon, tmp_path):
    daemon = make_daemon(rules=RULES, doors=True)
    file = write(tmp_path / "players.jsonl", [{"player": "a", "xp": 120, "level": 2}])
    code, report = migrate(daemon, file)
    assert code == 5 and report["migrated"] == 0 and "not permitted" in report["stopped"]


def test_killed_in_the_middle_and_run_again(make_daemon, tmp_path, seed, scale):
    """kill -9 of the daemon, and of the program, at any moment: in the end everybody is there, once."""
    daemon = make_daemon(rules=RULES)
    chance = random.Random(seed)
    rows = [row(index, chance) for index in range(int(4000 * max(scale, 0.25)))]
    file = write(tmp_path / "players.jsonl", rows)
    command = [
        str(daemons.program("stele")), "--socket", str(daemon.socket), "migrate", str(file),
        "--migration", "old", "--account", "player", "--window", "64",
    ]
    interrupted = 0
    for round_ in range(6):
        with daemon.client() as client:
            before = client.call("XLEN", "log")
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            # The first time in the middle for certain, however fast the machine is.
            while round_ == 0 and client.call("XLEN", "log") == before and process.poll() is None:
                pass
        if round_ > 0:
            time.sleep(chance.uniform(0, 0.25))
        if round_ % 2:
            process.kill()
        else:
            daemon.kill()
        process.communicate(timeout=60)
        interrupted += process.returncode != 0
        if not round_ % 2:
            assert process.returncode in (0, 1, 4)
            daemon.start()
    assert interrupted
    code, report = migrate(daemon, file)
    assert code == 0 and report["migrated"] + report["duplicates"] == len(rows) == report["rows"]
    with daemon.client() as client:
        for one in rows[:: max(1, len(rows) // 500)]:
            agrees(client, one)
        migrations = 0
        before = "+"
        while page := client.call("XREVRANGE", "log", before, "-", "COUNT", 1000):
            kinds = [dict(zip(entry[1][::2], entry[1][1::2]))["kind"] for entry in page]
            migrations += kinds.count("migration")
            before = f"({page[-1][0]}"
        assert migrations == len(rows)


def test_interrupted_politely(make_daemon, tmp_path, seed):
    daemon = make_daemon(rules=RULES)
    chance = random.Random(seed)
    file = write(tmp_path / "players.jsonl", [row(index, chance) for index in range(20000)])
    process = subprocess.Popen(
        [
            str(daemons.program("stele")), "--socket", str(daemon.socket), "--json", "migrate", str(file),
            "--migration", "old", "--account", "player", "--window", "16",
        ],
        stdout=subprocess.PIPE, text=True,
    )
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    report = json.loads(said)
    assert process.returncode == 1 and "interrupted" in report["stopped"]
    code, rest = migrate(daemon, file)
    assert code == 0 and rest["duplicates"] == report["migrated"]
    assert rest["migrated"] == 20000 - report["migrated"]


# On first touch


def legacy(make_daemon, tmp_path, rows, *more):
    file = write(tmp_path / "legacy.jsonl", rows)
    return make_daemon(rules=RULES, arguments=["--legacy", file, "--migration", "old", *more])


def test_first_touch_brings_an_account_over(make_daemon, tmp_path, seed):
    chance = random.Random(seed)
    rows = [row(index, chance) for index in range(400)]
    daemon = legacy(make_daemon, tmp_path, rows, "--legacy-account", "player")
    with daemon.client() as client:
        # Reads write nothing.
        assert client.map("PROFILE", "p7")["seq"] == 0
        seq = client.map("FACT", "p7", "seen", 1)["seq"]
        events = client.call("HISTORY", "p7")
        assert [event["kind"] for event in events] == ["fact", "migration", "account"]
        assert seq == events[0]["seq"] > events[1]["seq"] > events[2]["seq"]
        assert events[1]["cause"]["name"] == "old" and "by" not in events[1]
        # Dry runs and refused commands bring nobody over.
        assert client.map("AWARD", "p8", "coins", 1, "DRYRUN")["balances"]["coins"] == 1 + coins(rows[8])
        assert client.refusal("SPEND", "p8", "coins", 10**6).facts["has"] == str(coins(rows[8]))
        assert client.map("PROFILE", "p8")["seq"] == 0
        # Whoever is touched, and however: as a receiver, as an input, by BY, in a group, as a parent.
        client.call("AWARD", "stranger", "coins", 9)
        client.call("TRANSFER", "stranger", "p9", "coins", 1)
        client.call("RECORD", "stranger", "praise", "to=p10")
        client.call("AWARD", "stranger", "coins", 1, "BY", "p11", "KEY", "k")
        client.transaction([("AWARD", "p12", "coins", 1, "EXPECT", 0), ("AWARD", "p13", "coins", 1)])
        client.call("AWARD", "p14/hero", "coins", 1)
        for index in (9, 10, 11, 12, 13, 14):
            assert [e["kind"] for e in client.call("HISTORY", f"p{index}")][-2:] == ["migration", "account"], index
        agrees(client, rows[11])
        assert client.map("BALANCE", "p13", "coins")["earned"] == 1 + coins(rows[13])
        # Said explicitly, the row of the command counts.
        client.call("MIGRATE", "old", "p15", "xp=4", "level=1")
        assert client.map("BALANCE", "p15", "xp")["earned"] == 4
        assert client.refusal("MIGRATE", "old", "p7", "xp=1", "level=1").code == "TAKEN"
        facts = dict(line.split(":") for line in client.call("INFO", "ledger").split("\r\n") if ":" in line)
        assert facts["legacy_accounts"] == "400" and int(facts["legacy_migrated"]) >= 7
    daemon.restart()
    with daemon.client() as client:
        client.call("FACT", "p7", "seen", 2)
        client.call("FACT", "p16", "seen", 2)
        assert [e["kind"] for e in client.call("HISTORY", "p7")] == ["fact", "fact", "migration", "account"]
        agrees_but_for_facts(client, rows[16])
    # And the batch finds them there.
    code, report = migrate(daemon, write(tmp_path / "again.jsonl", rows))
    assert code == 0 and report["duplicates"] == 9 and report["migrated"] == 391


def coins(one):
    return one["coins"] + (100 if one["vip"] else 0)


def agrees_but_for_facts(client, one):
    profile = client.map("PROFILE", one["player"])
    assert profile["ladders"]["level"]["rung"] == one["level"] and sorted(profile["items"]) == sorted(one["badges"])


def test_a_line_that_cannot_come_over_refuses_the_command(make_daemon, tmp_path):
    rows = [{"account": "bad", "xp": -1, "level": 1}, {"account": "good", "xp": 1, "level": 1}]
    daemon = legacy(make_daemon, tmp_path, rows)
    with daemon.client() as client:
        refused = client.refusal("AWARD", "bad", "coins", 1)
        assert refused.code == "BADARG" and refused.facts["legacy"] == "bad" and "brought over" in refused.sentence
        assert client.map("PROFILE", "bad")["seq"] == 0
        client.call("AWARD", "good", "coins", 1)
        client.call("MIGRATE", "old", "bad", "xp=1", "level=1")
        client.call("AWARD", "bad", "coins", 1)


def test_a_legacy_file_that_names_nobody_is_not_served(make_daemon, tmp_path):
    """A field that is spelt wrong would open everybody without what they had."""
    file = tmp_path / "legacy.jsonl"
    file.write_text('{"account": "a", "xp": 1, "level": 1}\n')
    for arguments, said in [
        (["--legacy", file, "--migration", "old", "--legacy-account", "acount"], "no line has an account in 'acount'"),
        (["--legacy", tmp_path / "none", "--migration", "old"], "No such file"),
    ]:
        daemon = make_daemon(rules=RULES, arguments=arguments, start=False)
        daemon.spawn()
        assert daemon.process.wait(10) == 78 and said in daemon.said() and not daemon.data.exists()


def test_a_legacy_file_with_rubbish_in_it(make_daemon, tmp_path):
    file = tmp_path / "legacy.jsonl"
    file.write_bytes(
        b'\n{"account": "a", "xp": 1, "level": 1}\r\nrubbish\n{"xp": 3}\n[1]\n' + b"x" * 200_000
        + b'\n{"account": "a", "xp": 2, "level": 1}\n{"level": 1, "xp": 5, "account": "\\u00e9"}'
    )
    daemon = make_daemon(rules=RULES, arguments=["--legacy", file, "--migration", "old"])
    assert "3 accounts to bring over by old; 4 lines can't be read" in daemon.said()
    with daemon.client() as client:
        client.call("AWARD", "a", "coins", 1)
        client.call("AWARD", "é", "coins", 1)
        assert client.map("BALANCE", "a", "xp")["earned"] == 1
        assert client.map("BALANCE", "é", "xp")["earned"] == 5
        file.write_bytes(b"gone")
        assert client.map("AWARD", "someone-else", "coins", 1)


@pytest.mark.parametrize("arguments, code", [
    (["--legacy", "/nowhere/file", "--migration", "old"], 78),
    (["--legacy", str(RULES)], 2),
    (["--migration", "old"], 2),
    (["--legacy-account", "old"], 2),
    (["--legacy", str(RULES), "--migration", "odl"], 78),
])
def test_what_a_daemon_cannot_begin_with(make_daemon, arguments, code):
    daemon = make_daemon(start=False, rules=RULES, arguments=arguments)
    daemon.spawn()
    assert daemon.process.wait(30) == code, daemon.said()
