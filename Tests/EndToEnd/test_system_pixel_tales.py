"""Pixel Tales on its rulebook: experience that never falls, a table of rewarded actions, linear levels."""

import json

import pytest

import daemon as daemons
import tables

RULEBOOK = daemons.ROOT / "fixtures/rulebooks/pixel-tales.json5"

AMOUNTS = {
    "collaboration_completed": 50, "story_commented": 10, "friend_added": 20, "character_created": 25,
    "story_read": 5, "achievement_earned": 30,
}

CASES = tables.titled("""
## levels are 500 wide
AWARD ada xp 499                        -> level 1
AWARD ada xp 1                          -> level 2, reached level 1 2
AWARD ada xp 499                        -> level 2
AWARD ada xp 1                          -> level 3
AWARD ada xp 499                        -> level 3
AWARD ada xp 1                          -> level 4
AWARD ada xp 48000                      -> xp 49500, level 100

## creating, then publishing
RECORD ada story_created story=s1       -> xp 100
RECORD ada story_published story=s1     -> xp 150
RECORD ada story_published story=s1     -> duplicate, xp 150
RECORD ada story_published story=s2     -> xp 200

## an amount of one's own counts instead of the table's
RECORD ada story_created story=s1 amount=2500 -> xp 2500, level 6, reached level 1 6
RECORD ada story_read amount=1          -> xp 2501
RECORD ada story_read                   -> xp 2506

## amounts of nothing or less are refused
RECORD ada story_read amount=0          -> BADARG input=amount
RECORD ada story_read amount=-5         -> BADARG input=amount
look ada                                -> xp 0, level 1

## what the table doesn't know needs an amount
RECORD ada special_event                -> BADARG input=amount
RECORD ada special_event amount=7       -> xp 7
RECORD ada juggling                     -> UNDECLARED action=juggling

## a like pays the author, not the liker
RECORD ada story_liked author=bob story=s1 -> ada:xp 0, bob:xp 5
RECORD ada story_liked author=bob story=s1 -> duplicate, bob:xp 5
RECORD cat story_liked author=bob story=s1 -> bob:xp 10
RECORD ada story_liked author=bob story=s2 -> bob:xp 15

## nobody is paid for liking themselves
RECORD ada story_liked author=ada story=s1 -> REQUIREMENT, xp 0

## a like may lift the author's level
AWARD bob xp 498                        -> level 1
RECORD ada story_liked author=bob story=s1 -> bob:level 2

## experience is never spent
AWARD ada xp 100                        -> xp 100
SPEND ada xp 1                          -> REQUIREMENT, xp 100
HOLD ada xp 1                           -> REQUIREMENT, xp 100

## what a profile shows
look ada                                -> shows xp_for_next_level 500, shows xp_progress 0
AWARD ada xp 650                        -> level 2, shows xp_for_next_level 1000, shows xp_progress 150
look ada                                -> shows xp_progress_percentage 30

## a percentage is exact
AWARD ada xp 507                        -> shows xp_progress_percentage 7/5

## those who wrote before there was experience: once
MIGRATE backfill ada stories=3 published=2 -> xp 400, level 1
MIGRATE backfill ada stories=3 published=2 -> TAKEN, xp 400
MIGRATE backfill bob stories=9          -> xp 900, level 2
RECORD bob story_created story=s9       -> xp 1000, level 3
""")


@pytest.fixture(scope="module")
def client():
    daemon = daemons.Daemon(rules=RULEBOOK).start()
    with daemon.client() as client:
        yield client
    daemon.remove()


@pytest.mark.parametrize("title,rows", CASES, ids=tables.ids(CASES))
def test_case(client, title, rows):
    tables.Case(client, rows, "p").run()


@pytest.mark.parametrize("action,amount", AMOUNTS.items())
def test_the_table_of_actions(client, action, amount):
    tables.Case(client, f"RECORD ada {action} -> xp {amount}", action).run()


def test_levels_follow_the_total(client, seed, scale):
    """level = total // 500 + 1, after each of many random awards."""
    import random

    draw = random.Random(seed)
    total, level = 0, 1
    amounts = [draw.choice([1, 5, 499, 500, draw.randrange(1, 5_000)]) for _ in range(int(10_000 * scale))]
    replies = client.many([("RECORD", f"run-{seed}", "special_event", f"amount={amount}") for amount in amounts])
    for amount, reply in zip(amounts, replies):
        total += amount
        assert reply["balances"] == {"xp": total}
        after = total // 500 + 1
        wanted = [{"ladder": "level", "from": level, "to": after}] if after != level else None
        assert reply.get("reached") == wanted
        level = after


def test_players_are_told_of_xp_and_levels(client):
    client.call("RECORD", "told", "special_event", "amount=1200")
    ((_, [(_, fields)]),) = pairs(client.call("XREAD", "COUNT", "1", "STREAMS", "log:told", str(last(client, "told") - 1)))
    fields = dict(zip(fields[::2], fields[1::2]))
    notices = json.loads(fields["notices"])
    assert [notice["notice"] for notice in notices] == ["xp_gained", "level_up"]
    assert notices[0]["xp_amount"] == 1200
    assert (notices[1]["old_level"], notices[1]["new_level"]) == (1, 3)


def last(client, account):
    return client.map("PROFILE", account)["seq"]


def pairs(reply):
    return list(reply.items()) if isinstance(reply, dict) else reply
