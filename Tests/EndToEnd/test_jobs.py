"""Jobs: RUN pays everybody once for a period, whoever asks and whatever happens meanwhile."""

import datetime
import threading
import time
from pathlib import Path

import pytest
import resp

RULES = Path(__file__).resolve().parent / "boards.json5"
COUNTS = ("accounts", "paid", "skipped", "failed")


@pytest.fixture
def job_daemon(make_daemon):
    return make_daemon(rules=RULES)


def counts(reply):
    return tuple(reply[name] for name in COUNTS)


def day(text):
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def open_accounts(client, count, points=5):
    client.many([("AWARD", f"p{index}", "points", points) for index in range(count)])


def pay(client, account):
    return client.map("BALANCE", account, "pay")["earned"]


def test_a_job_pays_everybody_once(job_daemon):
    with job_daemon.client() as client:
        client.call("AWARD", "ann", "points", 7)
        client.call("AWARD", "bob", "points", 900)
        client.call("AWARD", "poor", "points", 1)
        client.call("SPEND", "poor", "points", 1)
        client.call("AWARD", "ice", "points", 5)
        client.call("FREEZE", "ice")
        client.call("AWARD", "gone", "points", 5)
        client.call("FORGET", "gone")
        reply = client.map("RUN", "bonus", "FOR", "2026-01-05")
        assert reply["job"] == "bonus" and reply["period"] == "2026-01-05" and reply["duplicate"] is False
        assert counts(reply) == (4, 2, 1, 1)
        assert reply["failures"] == [{"account": "ice", "error": "FROZEN"}]
        assert (pay(client, "ann"), pay(client, "bob"), pay(client, "poor"), pay(client, "ice")) == (7, 600, 0, 0)
        assert client.map("PROFILE", "ann")["facts"] == {"paid_on": day("2026-01-05")}
        before = client.call("XLEN", "log")
        again = client.map("RUN", "bonus", "FOR", "2026-01-05")
        assert again == reply | {"duplicate": True}
        assert client.call("XLEN", "log") == before
        # The cap of 1,000 lets bob have no other 600.
        reply = client.map("RUN", "bonus", "FOR", "2026-01-06")
        assert counts(reply) == (4, 1, 1, 2)
        assert {"account": "bob", "error": "LIMIT"} in reply["failures"]
        assert pay(client, "bob") == 600 and pay(client, "ann") == 14
        # A new account has a period that was run already behind it.
        client.call("AWARD", "new", "points", 3)
        assert counts(client.map("RUN", "bonus", "FOR", "2026-01-05")) == (4, 2, 1, 1)
        assert pay(client, "new") == 0
        first = client.call("HISTORY", "*", "KIND", "job", "COUNT", 100)[-1]
        award = client.call("HISTORY", "ann", "KIND", "award")[1]
        assert award["kind"] == "award" and award["cause"] == {"name": "bonus", "of": first["seq"]}
        job_daemon.restart()
    with job_daemon.client() as client:
        assert client.map("RUN", "bonus", "FOR", "2026-01-05")["duplicate"] is True
        assert client.map("PROJECTION", "REBUILD", "accounts")["equal"] is True


def test_periods(job_daemon):
    with job_daemon.client() as client:
        client.call("AWARD", "ann", "points", 1)
        for job, at, period in [
            ("bonus", "2026-01-05T23:59:59Z", "2026-01-05"), ("weekly", "2026-01-05T00:00:00Z", "2026-W02"),
            ("weekly", "2026-01-04T23:59:59Z", "2026-W01"), ("weekly", "2021-01-03T12:00:00Z", "2020-W53"),
            ("nothing", "2026-01-31T12:00:00Z", "2026-01"),
        ]:
            reply = client.map("RUN", job, "AT", at)
            assert (reply["period"], reply["duplicate"]) == (period, False)
            assert client.map("RUN", job, "FOR", period)["duplicate"] is True
        assert counts(client.map("RUN", "nothing", "FOR", "2026-02")) == (1, 0, 1, 0)
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        assert client.map("RUN", "bonus")["period"] in (today, (datetime.date.fromisoformat(today)).isoformat())
        for job, period in [
            ("bonus", "2026-W02"), ("bonus", "2026-02-30"), ("weekly", "2026-W54"), ("weekly", "2026-01-05"),
            ("nothing", "2026-13"), ("bonus", "x"),
        ]:
            assert client.refusal("RUN", job, "FOR", period).code == "BADARG", (job, period)
        for job, period in [("bonus", "2999-01-05"), ("weekly", "2999-W02"), ("nothing", "2999-01")]:
            for options in [(), ("DRYRUN",), ("AT", "2026-01-05T00:00:00Z")]:
                refused = client.refusal("RUN", job, "FOR", period, *options)
                assert (refused.code, refused.facts) == ("BADARG", {"argument": "for"}), (job, period)
        assert client.refusal("RUN", "none").code == "UNDECLARED"
        assert client.refusal("RUN").code == "BADARG"
        # An event's own time is the one that was told.
        event = client.map("EVENT", client.map("RUN", "weekly", "AT", "2020-06-01T12:00:00Z")["seq"])
        assert event["at"].startswith("2020-06-01T12:00:00")


def test_nobody_and_groups_and_roles(make_daemon):
    daemon = make_daemon(rules=RULES, doors=True)
    with resp.Client(daemon.operate_socket) as operator:
        reply = operator.map("RUN", "bonus", "FOR", "2026-01-05")
        assert counts(reply) == (0, 0, 0, 0) and reply["duplicate"] is False
        assert operator.map("RUN", "bonus", "FOR", "2026-01-05")["duplicate"] is True
        operator.call("MULTI")
        refused = operator.refusal("RUN", "bonus", "FOR", "2026-01-06")
        assert refused.code == "BADARG" and "RUN" in str(refused)
        assert operator.refusal("EXEC").code == "EXECABORT"
    with daemon.client() as game:
        assert game.refusal("RUN", "bonus", "FOR", "2026-01-07").code == "NOPERM"


def test_keys_and_dry_runs(job_daemon):
    with job_daemon.client() as client:
        open_accounts(client, 600)
        before = client.call("XLEN", "log")
        tried = client.map("RUN", "bonus", "FOR", "2026-01-05", "DRYRUN")
        assert counts(tried) == (600, 600, 0, 0) and client.call("XLEN", "log") == before
        assert pay(client, "p599") == 0
        done = client.map("RUN", "bonus", "FOR", "2026-01-05", "KEY", "k1")
        assert counts(done) == counts(tried) and done["duplicate"] is False
        again = client.map("RUN", "bonus", "FOR", "2026-01-05", "KEY", "k1")
        assert again["duplicate"] is True and again["seq"] == done["seq"]
        assert client.refusal("RUN", "bonus", "FOR", "2026-01-06", "KEY", "k1").code == "KEYREUSED"
        assert client.map("RUN", "bonus", "FOR", "2026-01-05", "DRYRUN")["duplicate"] is True
        assert pay(client, "p0") == 5


def test_running_twice_at_once_is_running_once(job_daemon):
    with job_daemon.client() as client:
        open_accounts(client, 3_000)
        replies = []

        def run():
            with job_daemon.client() as other:
                replies.append(other.map("RUN", "bonus", "FOR", "2026-01-05"))

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        # Others are served meanwhile.
        client.map("AWARD", "late", "points", 1)
        for thread in threads:
            thread.join()
        assert sorted(reply["duplicate"] for reply in replies) == [False, True, True, True]
        assert {reply["paid"] for reply in replies} <= {3_000, 3_001}
        assert len({counts(reply) for reply in replies}) == 1
        assert all(pay(client, f"p{index}") == 5 for index in range(0, 3_000, 97))


SCHEDULED = """{
  edition: 1,
  currencies: { points: { raw: ["game", "operate"] }, pay: {} },
  jobs: {
    tick: { schedule: "* * * * *", time_zone: "Europe/Vienna", period: "day", gives: [{ balance: "pay", amount: 1 }] },
    never: { schedule: "0 0 29 2 *", period: "day", gives: [{ balance: "pay", amount: 100 }] },
  },
}"""


def test_the_daemon_starts_what_is_due(make_daemon, tmp_path):
    rules = tmp_path / "rules.json5"
    rules.write_text(SCHEDULED)
    daemon = make_daemon(rules=rules)
    with daemon.client() as client:
        client.call("AWARD", "ann", "points", 1)
        assert client.call("HISTORY", "*", "KIND", "job") == []
        # Due at the next full minute after the rules were adopted.
        deadline = time.monotonic() + 75
        while not client.call("HISTORY", "*", "KIND", "job"):
            assert time.monotonic() < deadline, "the job didn't start"
            time.sleep(0.2)
        events = client.call("HISTORY", "*", "KIND", "job")
        assert {event["cause"]["name"] for event in events} == {"tick"}
        assert pay(client, "ann") == 1
        period = events[0]["period"]
        assert client.map("RUN", "tick", "FOR", period)["duplicate"] is True
        daemon.restart()
    with daemon.client() as client:
        time.sleep(2.5)
        assert pay(client, "ann") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        "j: {}", "j: { gives: [], schedule: '* * * *' }", "j: { gives: [], schedule: '0 0 30 2 *' }",
        "j: { gives: [], period: 'hour' }", "j: { gives: [{ balance: 'none', amount: 1 }] }",
        "j: { gives: [], when: \"1\" }", "j: { gives: [], time_zone: 'No where' }", "j: { gives: [], more: 1 }",
        "j: { gives: [], let: { period: '1' } }",
    ],
)
def test_jobs_that_make_no_sense_are_mistakes(job_daemon, wrong):
    with job_daemon.client() as client:
        checked = client.map("RULES", "CHECK", f"{{ edition: 1, jobs: {{ {wrong} }} }}")
        assert checked["valid"] is False, wrong
