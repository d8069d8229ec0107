"""AllThrive on its rulebook: points, levels, tiers, streaks, weekly goals, quests, a leaderboard, jobs."""

import datetime
import random

import pytest

import daemon as daemons
import tables

RULEBOOK = daemons.ROOT / "fixtures/rulebooks/allthrive.json5"
DOCUMENT = daemons.ROOT / "fixtures/rulebooks/allthrive-document.json5"

CASES = tables.titled("""
## somebody new
look ada                                           -> points 0, level 1, tier ember, streak daily 0

## 150 points, then 650
RECORD ada activity type=quiz_complete amount=150  -> points 150, level 2, tier ember
RECORD ada activity type=special_event amount=500  -> points 650, level 4, tier spark, reached tier ember spark

## tiers at 5,000 and 10,000
RECORD ada activity type=referral amount=4999      -> tier blaze
RECORD ada activity type=referral amount=1         -> tier beacon
RECORD ada activity type=referral amount=4999      -> tier beacon
RECORD ada activity type=referral amount=1         -> tier phoenix
RECORD ada activity type=referral amount=89999     -> points 99999, tier phoenix

## the first levels
RECORD ada activity type=comment amount=99         -> level 1
RECORD ada activity type=comment amount=1          -> level 2
RECORD ada activity type=comment amount=149        -> level 2
RECORD ada activity type=comment amount=1          -> level 3
RECORD ada activity type=comment amount=549        -> points 799, level 4
RECORD ada activity type=comment amount=1          -> level 5

## levels without end
RECORD ada activity type=referral amount=60999     -> level 22
RECORD ada activity type=referral amount=1         -> level 23
RECORD ada activity type=referral amount=9999      -> level 23
RECORD ada activity type=referral amount=1         -> level 24
RECORD ada activity type=referral amount=60000     -> points 131000, level 30

## an event says on which tier it found the account
RECORD ada activity type=quiz_complete amount=600 description="Test quiz completed" -> explain tier ember, tier spark
RECORD ada activity type=quiz_complete amount=1    -> explain tier spark

## amounts of nothing or less, types that aren't any
RECORD ada activity type=comment amount=0          -> BADARG input=amount
RECORD ada activity type=comment amount=-3         -> BADARG input=amount
RECORD ada activity type=dancing amount=3          -> BADARG input=type
RECORD ada activity amount=3                       -> BADARG input=type
look ada                                           -> points 0, streak daily 0

## any amount is taken directly
RECORD ada activity type=special_event amount=10000 -> tier phoenix

## lifetime counters
RECORD ada activity type=quiz_complete amount=1    -> fact lifetime_quizzes_completed 1
RECORD ada activity type=quiz_complete amount=1    -> fact lifetime_quizzes_completed 2
RECORD ada activity type=project_create amount=1   -> fact lifetime_projects_created 1
RECORD ada activity type=comment amount=1          -> fact lifetime_comments_posted 1
RECORD ada activity type=reaction amount=1         -> fact lifetime_comments_posted 1, fact lifetime_quizzes_completed 2

## a second award on the same day
@2026-01-05T09:00:00Z RECORD ada activity type=comment amount=1 -> streak daily 1
@2026-01-05T22:00:00Z RECORD ada activity type=comment amount=1 -> streak daily 1, longest daily 1

## a gap starts again, the longest stays
@2026-01-01T12:00:00Z RECORD ada activity type=comment amount=1 -> streak daily 1
@2026-01-02T12:00:00Z RECORD ada activity type=comment amount=1 -> streak daily 2
@2026-01-03T12:00:00Z RECORD ada activity type=comment amount=1 -> streak daily 3
@2026-01-05T12:00:00Z RECORD ada activity type=comment amount=1 -> streak daily 1, longest daily 3

## two seconds around midnight are two days
@2026-01-05T23:59:59Z RECORD ada activity type=comment amount=1 -> streak daily 1
@2026-01-06T00:00:01Z RECORD ada activity type=comment amount=1 -> streak daily 2

## raw points are no activity
AWARD ada points 50                                -> points 50, streak daily 0

## a quest: taken up, advanced, paid once
RECORD ada quest_progress id=demo steps=1          -> REQUIREMENT
CLAIM ada quest id=demo                            -> goal demo 0/5
CLAIM ada quest id=demo                            -> TAKEN
RECORD ada quest_progress id=demo steps=3          -> goal demo 3/5, points 0
RECORD ada quest_progress id=demo steps=0          -> goal demo 3/5, points 0
RECORD ada quest_progress id=demo steps=-1         -> BADARG input=steps
RECORD ada quest_progress id=demo steps=10         -> goal demo 5/5 done, points 100
RECORD ada quest_progress id=demo steps=1          -> TAKEN, points 100
CLAIM ada quest id=demo                            -> TAKEN, points 100

## quests that can't be taken up
CLAIM ada quest id=retired                         -> INACTIVE
CLAIM ada quest id=expired                         -> INACTIVE
CLAIM ada quest id=nothing                         -> BADARG
RECORD ada quest_progress id=retired steps=1       -> REQUIREMENT
look ada                                           -> points 0

## without enrolment nothing counts
@2026-01-05T10:00:00Z RECORD ada activity type=comment amount=1 -> goal help_5 -, goal activities_3 -
""")

# In these a job enrols everybody for the week that begins on 5 January 2026.
WEEKS = tables.titled("""
## quizzes, projects and side quests feed one goal, comments another
@2026-01-06T10:00:00Z RECORD ada activity type=quiz_complete amount=10  -> goal activities_3 1/3, goal help_5 0/5
@2026-01-06T11:00:00Z RECORD ada activity type=quiz_complete amount=10  -> goal activities_3 2/3
@2026-01-06T12:00:00Z RECORD ada activity type=comment amount=3         -> goal activities_3 2/3, goal help_5 1/5
@2026-01-07T10:00:00Z RECORD ada activity type=side_quest amount=7      -> goal activities_3 3/3 done, points 60
@2026-01-07T11:00:00Z RECORD ada activity type=project_create amount=10 -> goal activities_3 3/3 done, points 70
@2026-01-07T12:00:00Z RECORD ada activity type=project_update amount=10 -> goal activities_3 3/3 done, points 80

## five comments
@2026-01-05T00:00:00Z RECORD ada activity type=comment amount=1 -> goal help_5 1/5
@2026-01-06T00:00:00Z RECORD ada activity type=comment amount=1 -> goal help_5 2/5
@2026-01-07T00:00:00Z RECORD ada activity type=comment amount=1 -> goal help_5 3/5
@2026-01-08T00:00:00Z RECORD ada activity type=comment amount=1 -> goal help_5 4/5, points 4
@2026-01-11T23:59:59Z RECORD ada activity type=comment amount=1 -> goal help_5 5/5 done, points 45

## seven days in a row
@2026-01-05T10:00:00Z RECORD ada activity type=reaction amount=1 -> goal streak_7 1/7
@2026-01-06T10:00:00Z RECORD ada activity type=reaction amount=1 -> goal streak_7 2/7
@2026-01-07T10:00:00Z RECORD ada activity type=reaction amount=1 -> goal streak_7 3/7
@2026-01-08T10:00:00Z RECORD ada activity type=reaction amount=1 -> goal streak_7 4/7
@2026-01-09T10:00:00Z RECORD ada activity type=reaction amount=1 -> goal streak_7 5/7
@2026-01-10T10:00:00Z RECORD ada activity type=reaction amount=1 -> goal streak_7 6/7, points 6
@2026-01-11T10:00:00Z RECORD ada activity type=reaction amount=1 -> goal streak_7 7/7 done, points 57

## two topics, each counted once
@2026-01-06T10:00:00Z RECORD ada activity type=reaction amount=1 topic=linux -> goal topics_2 1/2
@2026-01-06T10:00:01Z RECORD ada activity type=comment amount=1 topic=linux  -> goal topics_2 1/2
@2026-01-06T10:00:02Z RECORD ada activity type=comment amount=1              -> goal topics_2 1/2
@2026-01-06T10:00:03Z RECORD ada activity type=comment amount=1 topic=swift  -> goal topics_2 2/2 done, points 29

## a payment may lift a tier
@2026-01-06T10:00:00Z RECORD ada activity type=quiz_complete amount=480 -> tier ember
@2026-01-06T10:00:01Z RECORD ada activity type=quiz_complete amount=1   -> tier ember, points 481
@2026-01-06T10:00:02Z RECORD ada activity type=quiz_complete amount=1   -> tier spark, points 512

## the next week doesn't count
@2026-01-12T00:00:00Z RECORD ada activity type=comment amount=1 -> points 1
""")


@pytest.fixture(scope="module")
def client():
    daemon = daemons.Daemon(rules=RULEBOOK).start()
    with daemon.client() as client:
        yield client
    daemon.remove()


@pytest.mark.parametrize("title,rows", CASES, ids=tables.ids(CASES))
def test_case(client, title, rows):
    tables.Case(client, rows, "a").run()


@pytest.mark.parametrize("title,rows", WEEKS, ids=tables.ids(WEEKS))
def test_week(make_daemon, title, rows):
    """Times are in the past and profiles show the week of now: so goals are read off the events."""
    with make_daemon(rules=RULEBOOK).client() as client:
        case = GoalsFromEvents(client, rows, "w")
        client.call("FACT", case.names["ada"], "seen", 1)
        run = client.map("RUN", "weekly_goals", "FOR", "2026-W02")
        assert (run["accounts"], run["paid"], run["failed"]) == (1, 1, 0)
        case.run()


class GoalsFromEvents(tables.Case):
    """A case that looks goals up in the marks of its account's events."""

    TARGETS = {"activities_3": 3, "help_5": 5, "streak_7": 7, "topics_2": 2}

    def check_goal(self, account, name, wanted, done=None):
        progress = None
        for event in reversed(self.client.call("HISTORY", account, "COUNT", 1000)):
            for mark in event.get("marks", []):
                if mark["kind"] == "goal" and mark["name"] == name:
                    progress = mark["value"]
        if progress is None:
            return tables.differs("-", wanted)
        return tables.differs(f"{progress}/{self.TARGETS[name]}", wanted)


def test_the_job_enrols_everybody_seen_so_far_once(make_daemon):
    with make_daemon(rules=RULEBOOK).client() as client:
        for name in ("ada", "bob"):
            client.call("RECORD", name, "activity", "type=comment", "amount=1")
        first = client.map("RUN", "weekly_goals")
        assert (first["accounts"], first["paid"], first["failed"]) == (2, 2, 0)
        for name in ("ada", "bob"):
            goals = client.map("PROFILE", name)["goals"]
            assert {goal: each["target"] for goal, each in goals.items()} == {
                "activities_3": 3, "help_5": 5, "streak_7": 7, "topics_2": 2}
            assert all(each["progress"] == 0 and not each["done"] for each in goals.values())
        again = client.map("RUN", "weekly_goals")
        assert again["duplicate"] and again["accounts"] == 2
        client.call("RECORD", "cat", "activity", "type=comment", "amount=1")
        assert client.map("PROFILE", "cat")["goals"] == {}
        client.call("RECORD", "ada", "activity", "type=comment", "amount=1")
        assert client.map("PROFILE", "ada")["goals"]["help_5"]["progress"] == 1


def test_the_streak_bonus_pays_once_a_day_and_is_no_activity(make_daemon):
    """5 points for each day of the streak, to those active on that day."""
    with make_daemon(rules=RULEBOOK).client() as client:
        for day in range(1, 8):
            client.call("RECORD", "ada", "activity", "type=comment", "amount=1", "AT", f"2026-01-{day:02}T10:00:00Z")
        client.call("RECORD", "bob", "activity", "type=comment", "amount=1", "AT", "2026-01-06T10:00:00Z")
        client.call("AWARD", "cat", "points", 1)
        run = client.map("RUN", "streak_bonus", "FOR", "2026-01-07")
        assert (run["accounts"], run["paid"], run["skipped"], run["failed"]) == (3, 1, 2, 0)
        assert client.map("BALANCE", "ada", "points")["available"] == 7 + 35
        assert client.map("BALANCE", "bob", "points")["available"] == 1
        assert client.map("PROFILE", "ada")["streaks"]["daily"]["last"] == "2026-01-07"
        again = client.map("RUN", "streak_bonus", "FOR", "2026-01-07")
        assert again["duplicate"] and again["paid"] == 1
        assert client.map("BALANCE", "ada", "points")["available"] == 7 + 35


@pytest.mark.parametrize("days,bonus", [(1, 5), (99, 495), (100, 500), (101, 500), (250, 500)])
def test_the_streak_bonus_has_a_cap(make_daemon, days, bonus):
    with make_daemon(rules=RULEBOOK).client() as client:
        first = datetime.date(2025, 1, 1)
        for day in range(days):
            at = f"{first + datetime.timedelta(day)}T10:00:00Z"
            client.call("RECORD", "ada", "activity", "type=comment", "amount=1", "AT", at)
        client.map("RUN", "streak_bonus", "FOR", str(first + datetime.timedelta(days - 1)))
        assert client.map("BALANCE", "ada", "points")["available"] == days + bonus


def test_the_board_shares_ranks_and_hides_who_hides(make_daemon):
    with make_daemon(rules=RULEBOOK).client() as client:
        for name, points in (("ada", 30), ("bob", 50), ("cat", 30), ("dan", 10), ("eve", 99)):
            client.call("RECORD", name, "activity", "type=referral", f"amount={points}")
        client.call("FACT", "eve", "hidden", 1)
        top = [(entry["rank"], entry["account"], entry["value"]) for entry in client.call("TOP", "points")]
        assert top == [(1, "bob", 50), (2, "ada", 30), (2, "cat", 30), (4, "dan", 10)]
        rank = client.map("RANK", "points", "cat", "AROUND", 1)
        assert (rank["rank"], rank["value"]) == (2, 30)
        assert client.refusal("RANK", "points", "eve").code == "NOTFOUND"
        client.call("FACT", "eve", "hidden", "")
        assert client.call("TOP", "points", "COUNT", 1)[0]["account"] == "eve"


def test_other_tiers_are_another_table(make_daemon):
    with make_daemon(rules=DOCUMENT).client() as client:
        tables.Case(client, """
            RECORD ada activity type=referral amount=249 -> tier ember, level 2
            RECORD ada activity type=referral amount=1   -> tier spark
            RECORD ada activity type=referral amount=250 -> tier blaze
            RECORD ada activity type=referral amount=500 -> tier beacon
            RECORD ada activity type=referral amount=1499 -> tier beacon
            RECORD ada activity type=referral amount=1   -> points 2500, tier phoenix
        """, "d").run()


def test_an_activity_is_kept_with_its_amount_type_and_text(client):
    reply = client.map(
        "RECORD", "kept", "activity", "type=quiz_complete", "amount=100", "description=Test quiz completed")
    event = client.map("EVENT", reply["seq"])
    assert event["cause"] == {
        "name": "activity",
        "inputs": {"type": "quiz_complete", "amount": 100, "description": "Test quiz completed"}}
    assert [posting["amount"] for posting in event["postings"]] == [100]
    client.call("RECORD", "kept", "activity", "type=comment", "amount=3")
    assert [each["seq"] for each in client.call("HISTORY", "kept", "KIND", "award")][-1] == reply["seq"]


def test_points_never_go_below_zero(client):
    client.call("RECORD", "floor", "activity", "type=comment", "amount=3")
    refused = client.refusal("SPEND", "floor", "points", 4)
    assert refused.code == "INSUFFICIENT" and refused.facts["has"] == "3"


def test_what_operators_watch(make_daemon):
    """Points awarded, accounts on each tier, the most active."""
    with make_daemon(rules=RULEBOOK).client() as client:
        for name, points in (("ada", 600), ("bob", 20), ("bob", 30)):
            client.call("RECORD", name, "activity", "type=referral", f"amount={points}")
        stats = client.map("STATS")
        assert stats["awarded"]["points"] == 650
        assert stats["ladders"]["tier"]["ember"] == 1 and stats["ladders"]["tier"]["spark"] == 1


def test_streaks_follow_a_model(client, seed, scale):
    """Days in any order, forwards and back; the streak as it is described, day by day."""
    draw = random.Random(seed)
    start = datetime.date(2024, 1, 1)
    for run in range(int(100 * scale)):
        player, day, last, current, longest = f"s{seed}-{run}", 400, None, 0, 0
        commands, wanted = [], []
        for _ in range(100):
            day = max(0, day + draw.choice([0, 0, 1, 1, 1, 1, 2, 5, -1, -3]))
            at = datetime.datetime.combine(start + datetime.timedelta(day), datetime.time(draw.randrange(24)))
            commands.append(("RECORD", player, "activity", "type=reaction", "amount=1", "AT", f"{at.isoformat()}Z"))
            if last is None or day not in (last, last + 1):
                current = 1
                longest = max(longest, 1)
            elif day == last + 1:
                current += 1
                longest = max(longest, current)
            last = day
            wanted.append((current, longest, str(start + datetime.timedelta(day))))
        replies = client.many(commands)
        assert not [reply for reply in replies if isinstance(reply, Exception)]
        # Each step of the way, off the marks of the events.
        events = client.call("HISTORY", player, "COUNT", 1000)
        seen = [mark["value"] for event in reversed(events) for mark in event.get("marks", []) if mark["kind"] == "streak"]
        steps = [want[0] for want, before in zip(wanted, [None, *wanted]) if want != before]
        assert seen == steps
        streak = client.map("PROFILE", player)["streaks"]["daily"]
        assert (streak["current"], streak["longest"], streak["last"]) == wanted[-1]
