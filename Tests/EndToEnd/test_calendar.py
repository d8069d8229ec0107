"""Seasons, streaks, goals, limits, modifiers and stamps: through the socket, by a rulebook of their own."""

import datetime
import random
from pathlib import Path

import pytest

import daemon as daemons

RULES = Path(__file__).resolve().parent / "calendar.json5"


@pytest.fixture(scope="module")
def calendar():
    daemon = daemons.Daemon(rules=RULES).start()
    yield daemon
    daemon.remove()


@pytest.fixture
def client(calendar):
    with calendar.client() as client:
        yield client


def play(client, account, at, points=0):
    return client.map("RECORD", account, "play", f"points={points}", "AT", at)


def test_a_season_is_entered_with_the_first_write_in_it(client, someone):
    assert client.refusal("RECORD", someone, "play", "points=1", "AT", "2024-12-31T00:00:00Z").code == "NOSEASON"
    reply = play(client, someone, "2023-11-30T23:00:00Z", 15)
    assert reply["changes"]["xp:winter"] == 15 and reply["changes"]["coins"] == 6
    assert {"ladder": "tier", "from": 1, "to": 2} in reply["reached"]
    reply = play(client, someone, "2023-12-01T10:00:00Z", 15)
    assert reply["changes"] == {"xp:winter": 15, "coins": 10}
    reply = play(client, someone, "2024-06-01T10:00:00Z", 15)
    assert reply["changes"] == {"xp:summer": 15, "coins": 1}
    event = client.map("EVENT", reply["seq"])
    assert {"kind": "claim", "name": "summer"}.items() <= event["marks"][0].items()
    assert client.map("PROFILE", someone)["claims"] == []


def test_what_is_told_after_the_grace_belongs_to_no_season(client, someone):
    before = client.call("XLEN", "log")
    refused = client.refusal("RECORD", someone, "play", "points=1", "AT", "2024-04-01T00:00:00Z")
    assert refused.code == "NOSEASON"
    assert client.call("XLEN", "log") == before


def test_events_say_on_which_rung_they_found_the_account(client, someone):
    client.call("AWARD", someone, "coins", 25)
    reply = client.map("RECORD", someone, "play", "points=1", "AT", "2024-07-01T00:00:00Z")
    assert reply["explain"] == {"rank": "adept", "earned": 1}
    assert client.map("EVENT", reply["seq"])["explain"] == {"rank": "adept", "earned": 1}


def test_a_profile_shows_how_far_an_account_has_come(client, someone):
    empty = client.map("PROFILE", someone)
    assert empty["streaks"] == {}
    assert empty["goals"]["far"] == {"progress": 0, "target": 3, "window": "", "done": False}
    assert "quest" not in empty["goals"] and "gone" not in empty["goals"]
    play(client, someone, "2024-07-04T10:00:00Z")
    play(client, someone, "2024-07-05T10:00:00Z")
    reply = client.map("RECORD", someone, "gift")
    assert reply["granted"] == ["freeze"]
    play(client, someone, "2024-07-07T10:00:00Z")
    client.call("AWARD", someone, "coins", 40)
    shown = client.map("PROFILE", someone)
    assert shown["streaks"] == {"daily": {"current": 3, "longest": 3, "last": "2024-07-07"}}
    assert shown["items"] == []
    assert shown["goals"]["far"] == {"progress": 3, "target": 3, "window": "", "done": True}
    before = client.map("PROFILE", someone, "ASOF", reply["seq"])
    assert before["streaks"]["daily"]["current"] == 2 and before["items"] == ["freeze"]


def test_quests_are_taken_up(client, someone):
    refused = client.refusal("CLAIM", someone, "take", "id=gone")
    assert (refused.code, refused.facts) == ("INACTIVE", {"goal": "gone"})
    listed = client.map("OFFERS", someone, "take")
    assert [entry["offer"] for entry in listed["available"]] == ["take id=quest"]
    client.call("CLAIM", someone, "take", "id=quest")
    assert client.refusal("CLAIM", someone, "take", "id=quest").code == "TAKEN"
    assert client.map("PROFILE", someone)["goals"]["quest"]["progress"] == 0
    play(client, someone, "2024-07-04T10:00:00Z", 20)
    play(client, someone, "2024-07-04T10:00:00Z", 20)
    assert client.map("PROFILE", someone)["goals"]["quest"] == {
        "progress": 30, "target": 30, "window": "", "done": True,
    }


def test_limits_say_when_it_is_possible_again(client, someone):
    client.call("RECORD", someone, "gift", "AT", "2024-07-01T10:00:00Z")
    before = client.call("XLEN", "log")
    refused = client.refusal("RECORD", someone, "gift", "AT", "2024-07-02T09:59:59.5Z")
    assert (refused.code, refused.facts) == ("LIMIT", {"retry_after": "1"})
    assert client.call("XLEN", "log") == before
    client.call("RECORD", someone, "gift", "AT", "2024-07-02T10:00:00Z")
    # 2024-07-01 was a Monday; days begin an hour before they do in UTC.
    for at in ["2024-07-01T10:00:00Z", "2024-07-01T22:59:00Z", "2024-07-01T23:00:00Z"]:
        client.call("RECORD", someone, "often", "AT", at)
    refused = client.refusal("RECORD", someone, "often", "AT", "2024-07-02T12:00:00Z")
    assert (refused.code, refused.facts) == ("LIMIT", {"until": "2024-07-07T23:00:00Z"})
    client.call("RECORD", someone, "often", "AT", "2024-07-07T23:00:00Z")


@pytest.mark.parametrize(
    "at, earned",
    [
        ("2024-01-31T22:59:59Z", 7), ("2024-01-31T23:00:00Z", 10), ("2024-02-07T22:59:59Z", 10),
        ("2024-02-07T23:00:00Z", 7), ("2024-07-31T00:00:00Z", 7),
    ],
)
def test_modifiers_hold_for_their_time(client, someone, at, earned):
    assert play(client, someone, at, 7)["explain"]["earned"] == earned


def days_in_a_row(days):
    """The current streak after actions on these days, in this order; and the longest."""
    current, longest, last = 0, 0, None
    for day in days:
        if last is None or day > last + 1:
            current, last = 1, day
        elif day == last + 1:
            current, last = current + 1, day
        longest = max(longest, current)
    return current, longest


def test_random_days(client, someone, seed):
    rng = random.Random(seed)
    start = datetime.datetime(2024, 6, 2, tzinfo=datetime.timezone.utc)
    for run in range(5):
        account = f"{someone}-{run}"
        days, weeks, paid = [], {}, 0
        last_week = None
        day = 0
        for _ in range(30):
            day = max(0, day + rng.choice([0, 1, 1, 1, 2, 3, -1]))
            at = start + datetime.timedelta(days=day, hours=rng.randrange(23))
            local = at + datetime.timedelta(hours=1)
            reply = play(client, account, at.strftime("%Y-%m-%dT%H:%M:%SZ"))
            before = days_in_a_row(days)
            number = (local.date() - datetime.date(1970, 1, 1)).days
            days.append(number)
            moved = days_in_a_row(days) != before or (len(days) == 1) or starts_again(days)
            week = local.date() - datetime.timedelta(days=local.weekday())
            done = False
            if last_week is None or week >= last_week:
                last_week = week
                weeks[week] = weeks.get(week, 0) + 1
                done = weeks[week] == 2
            paid += (1 if moved else 0) + (10 if done else 0)
            assert reply.get("changes", {}).get("coins", 0) == (1 if moved else 0) + (10 if done else 0)
        current, longest = days_in_a_row(days)
        streak = client.map("PROFILE", account)["streaks"]["daily"]
        assert (streak["current"], streak["longest"]) == (current, longest)
        assert client.map("BALANCE", account, "coins")["earned"] == paid


def starts_again(days):
    """Whether the last of these days began a streak anew that had been of one day before."""
    last = None
    for day in days[:-1]:
        if last is None or day > last:
            last = day
    return last is not None and days[-1] > last + 1


def test_it_is_all_there_after_a_restart_and_verifies(make_daemon, someone):
    daemon = make_daemon(rules=RULES)
    with daemon.client() as client:
        play(client, someone, "2024-07-04T10:00:00Z", 120)
        play(client, someone, "2024-07-05T10:00:00Z", 120)
        client.call("RECORD", someone, "gift")
        client.call("CLAIM", someone, "take", "id=quest")
        shown = client.map("PROFILE", someone)
    daemon.stop()
    daemon.start()
    with daemon.client() as client:
        assert client.map("PROFILE", someone) == shown
        assert client.refusal("RECORD", someone, "gift").code == "LIMIT"
    daemon.stop()
    assert "decided again, all the same" in daemons.stele("verify", "--data", daemon.data, "--decide").stdout
