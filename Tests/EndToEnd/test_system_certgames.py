"""CertGames on its rulebook: levels in bands that never fall, coins that never go below zero, a shop."""

import random

import pytest

import daemon as daemons
import tables

RULEBOOK = daemons.ROOT / "fixtures/rulebooks/certgames.json5"

CASES = tables.titled("""
## boundaries of levels are inclusive
RECORD ada progress xp=499              -> xp 499, level 1
RECORD ada progress xp=1                -> xp 500, level 2, reached level 1 2

## one award may climb many levels
RECORD ada progress xp=14500            -> level 30, reached level 1 30

## the step into level 31 is the first of 750
RECORD ada progress xp=15249            -> level 30
RECORD ada progress xp=1                -> level 31

## between 19,750 and 20,500 the level is 37
RECORD ada progress xp=20000            -> level 37

## levels 60, 61, 100 and 101
RECORD ada progress xp=36999            -> level 59
RECORD ada progress xp=1                -> level 60
RECORD ada progress xp=1000             -> level 61
RECORD ada progress xp=39000            -> level 100
RECORD ada progress xp=1499             -> level 100
RECORD ada progress xp=1                -> level 101

## there is no last level
RECORD ada progress xp=377000           -> level 300
RECORD ada progress xp=1500000          -> level 1300

## an award of nothing is an event without postings
RECORD ada progress                     -> xp 0, level 1, coins 0

## what xp loses, the level keeps
RECORD ada progress xp=2100             -> level 5
SPEND ada xp 500                        -> xp 1600, level 5
RECORD ada progress xp=499              -> xp 2099, level 5
RECORD ada progress xp=401              -> xp 2500, level 6

## coins may reach zero and not go below
RECORD ada progress coins=100           -> coins 100
RECORD ada progress coins=-101          -> INSUFFICIENT balance=coins needs=101 has=100, coins 100
RECORD ada progress coins=-100          -> coins 0
RECORD ada progress coins=-1            -> INSUFFICIENT needs=1 has=0

## experience and coins together: all or nothing
RECORD ada progress coins=10            -> coins 10
RECORD ada progress xp=500 coins=-11    -> INSUFFICIENT needs=11 has=10, xp 0, level 1, coins 10
RECORD ada progress xp=500 coins=-10    -> xp 500, level 2, coins 0

## xp can't be negative, nor a fraction, nor a word
RECORD ada progress xp=-1               -> BADARG input=xp
RECORD ada progress xp=1.5              -> BADARG input=xp
RECORD ada progress xp=many             -> BADARG input=xp
RECORD ada progress coin=5              -> BADARG input=coin
look ada                                -> xp 0, coins 0

## the daily bonus again after exactly 24 hours
@2026-01-05T10:00:00Z RECORD ada daily_bonus -> coins 250
@2026-01-05T10:00:01Z RECORD ada daily_bonus -> LIMIT retry_after=86399
@2026-01-06T09:59:00Z RECORD ada daily_bonus -> LIMIT retry_after=60, coins 250
@2026-01-06T09:59:59.500Z RECORD ada daily_bonus -> LIMIT retry_after=1
@2026-01-06T10:00:00Z RECORD ada daily_bonus -> coins 500
@2026-01-07T09:59:59Z RECORD ada daily_bonus -> LIMIT retry_after=1

## a question pays once
RECORD ada practice question=q1         -> xp 10, coins 5
RECORD ada practice question=q1         -> duplicate, xp 10, coins 5
RECORD ada practice question=q2         -> xp 20, coins 10
RECORD bob practice question=q1         -> xp 10, coins 5

## a boost multiplies practice, the latest replaces the one before
AWARD ada coins 90000                   -> coins 90000
CLAIM ada item id=boost-1.5             -> coins 15000, owns boost-1.5, granted boost-1.5
RECORD ada practice question=q1         -> xp 15
CLAIM ada item id=boost-1.1             -> coins 5
RECORD ada practice question=q2         -> xp 26

## a boost of 1.25 makes 12 of 10: halves go to the even neighbour
AWARD ada coins 40000                   -> coins 40000
CLAIM ada item id=boost-1.25            -> coins 0
RECORD ada practice question=q1         -> xp 12, coins 5

## funds are tested before ownership
AWARD ada coins 30000                   -> coins 30000
CLAIM ada item id=avatar-5              -> coins 20000, owns avatar-5
CLAIM ada item id=avatar-5              -> TAKEN, coins 20000
SPEND ada coins 10001                   -> coins 9999
CLAIM ada item id=avatar-5              -> INSUFFICIENT needs=10000 has=9999

## buying asks for no level, and wears nothing
AWARD ada coins 150000                  -> coins 150000
CLAIM ada item id=avatar-300            -> owns avatar-300, wears avatar -

## wearing takes owning, or the level
CLAIM ada equip id=avatar-5             -> REQUIREMENT "not unlocked"
RECORD ada progress xp=2000             -> level 5
CLAIM ada equip id=avatar-5             -> wears avatar avatar-5, lacks avatar-5
CLAIM ada equip id=avatar-5             -> TAKEN
CLAIM ada equip id=avatar-50            -> REQUIREMENT
CLAIM ada equip id=boost-2              -> REQUIREMENT
AWARD ada coins 50000                   -> coins 50000
CLAIM ada item id=avatar-50             -> owns avatar-50
CLAIM ada equip id=avatar-50            -> wears avatar avatar-50

## what the shop doesn't have
CLAIM ada item id=avatar-6              -> BADARG
CLAIM ada item                          -> BADARG
CLAIM ada sword                         -> UNDECLARED
""")


@pytest.fixture(scope="module")
def client():
    daemon = daemons.Daemon(rules=RULEBOOK).start()
    with daemon.client() as client:
        yield client
    daemon.remove()


@pytest.mark.parametrize("title,rows", CASES, ids=tables.ids(CASES))
def test_case(client, title, rows):
    tables.Case(client, rows, "c").run()


def begins(level):
    """The total at which a level begins, from the bands as they are described."""
    if level <= 30:
        return 500 * (level - 1)
    if level <= 60:
        return 14_500 + 750 * (level - 30)
    if level <= 100:
        return 37_000 + 1_000 * (level - 60)
    return 77_000 + 1_500 * (level - 100)


def test_every_level_up_to_400_begins_where_its_band_says(client):
    for level in range(2, 401):
        below, at = f"l{level}-below", f"l{level}-at"
        client.call("RECORD", below, "progress", f"xp={begins(level) - 1}")
        client.call("RECORD", at, "progress", f"xp={begins(level)}")
        assert client.map("PROFILE", below)["ladders"]["level"]["rung"] == level - 1
        ladder = client.map("PROFILE", at)["ladders"]["level"]
        assert (ladder["rung"], ladder["floor"], ladder["next"]) == (level, begins(level), begins(level + 1))
        assert (ladder["progress"], ladder["remaining"]) == (0, begins(level + 1) - begins(level))


def test_coins_and_levels_follow_a_model(client, seed, scale):
    """Random changes: coins never below zero, all or nothing, the level never falls."""
    draw = random.Random(seed)
    players = {f"m{index}-{seed}": [0, 0, 1] for index in range(20)}
    commands, wanted = [], []
    for _ in range(int(10_000 * scale)):
        player = draw.choice(list(players))
        xp, coins, level = players[player]
        gain = draw.choice([0, 1, draw.randrange(2_000), draw.randrange(100_000)])
        change = draw.choice([0, draw.randrange(-500, 500), -coins, -coins - 1])
        commands.append(("RECORD", player, "progress", f"xp={gain}", f"coins={change}"))
        if coins + change < 0:
            wanted.append("INSUFFICIENT")
            continue
        xp, coins = xp + gain, coins + change
        while gain and begins(level + 1) <= xp:
            level += 1
        players[player] = [xp, coins, level]
        wanted.append((xp if gain else None, coins if change else None))
    for start in range(0, len(commands), 500):
        replies = client.many(commands[start : start + 500])
        for command, reply, want in zip(commands[start:], replies, wanted[start:]):
            if want == "INSUFFICIENT":
                assert getattr(reply, "code", None) == want, (command, reply)
            else:
                balances = reply.get("balances", {})
                assert (balances.get("xp"), balances.get("coins")) == want, (command, reply)
    for player, (xp, coins, level) in players.items():
        profile = client.map("PROFILE", player)
        assert profile["ladders"]["level"]["rung"] == level
        assert {name: each["available"] for name, each in profile["balances"].items() if each["available"]} == {
            name: amount for name, amount in (("xp", xp), ("coins", coins)) if amount
        }
