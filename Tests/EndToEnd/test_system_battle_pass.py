"""The battle pass on its two rulebooks: match formula, tiers with a cap, free and premium rewards, seasons."""

import json
import random

import pytest

import daemon as daemons
import tables

RULEBOOKS = {
    (1000, 100): daemons.ROOT / "fixtures/rulebooks/battle-pass.json5",
    (400, 35): daemons.ROOT / "fixtures/rulebooks/battle-pass-400.json5",
}
XP = "pass_xp:season-1"

MATCHES = [
    # won, kills, streak, duration → base, kills, streak, duration, total, clamped
    ((1, 5, 3, 300), (100, 25, 30, 30, 185, 0)),
    ((1, 100, 50, 3600), (100, 500, 500, 360, 300, 1)),
    ((1, 3, 2, 300), (100, 15, 20, 30, 165, 0)),
    ((0, 1, 0, 300), (50, 5, 0, 30, 85, 0)),
    ((0, 0, 0, 0), (50, 0, 0, 0, 50, 0)),
    ((0, 0, 0, 9), (50, 0, 0, 0, 50, 0)),
    ((0, 0, 0, 10), (50, 0, 0, 1, 51, 0)),
    ((0, 0, 0, 599), (50, 0, 0, 59, 109, 0)),
    ((1, 40, 0, 0), (100, 200, 0, 0, 300, 0)),
    ((1, 40, 0, 10), (100, 200, 0, 1, 300, 1)),
]

BY_THOUSANDS = tables.titled("""
## somebody new
RECORD ada match match=m1 won=0 kills=0 streak=0 duration=0 -> tier 1, granted skin-1, claims "reward tier=1 track=free", wears skin skin-1, nothing claimable

## the first tier's skin comes with the first write of the season
AWARD ada coins 5                       -> owns skin-1, tier 1, coins 5
CLAIM ada reward tier=1 track=free      -> TAKEN

## 800 and 300 are tier 2 and 100
AWARD ada pass_xp:season-1 800          -> tier 1
AWARD ada pass_xp:season-1 300          -> tier 2, reached tier 1 2, shows total_xp 2100, shows xp_to_next 900, claimable "reward tier=2 track=free"

## exactly one tier
AWARD ada pass_xp:season-1 1000         -> tier 2, shows total_xp 2000, shows xp_to_next 1000

## the last tier keeps nothing
AWARD ada pass_xp:season-1 98500        -> tier 99, shows total_xp 99500
AWARD ada pass_xp:season-1 10000        -> tier 100, shows total_xp 100000, shows xp_to_next 1000
AWARD ada pass_xp:season-1 10000        -> tier 100, shows total_xp 100000, pass_xp:season-1 118500

## a reward is claimed once, and not before its tier
AWARD ada pass_xp:season-1 2000         -> tier 3
CLAIM ada reward tier=5 track=free      -> REQUIREMENT
CLAIM ada reward tier=2 track=free      -> coins 100
CLAIM ada reward tier=2 track=free      -> TAKEN, coins 100
CLAIM ada reward tier=3 track=free      -> owns banner-3, granted banner-3
CLAIM ada reward tier=0 track=free      -> BADARG
CLAIM ada reward tier=101 track=free    -> BADARG
CLAIM ada reward tier=1 track=gold      -> BADARG
CLAIM ada reward tier=1                 -> BADARG

## a tier without a reward is claimed all the same
AWARD ada pass_xp:season-1 4000         -> tier 5
CLAIM ada reward tier=4 track=free      -> coins 0, claims "reward tier=4 track=free"
CLAIM ada reward tier=4 track=free      -> TAKEN
CLAIM ada reward tier=5 track=free      -> coins 150

## premium costs 650 coins
AWARD ada coins 649                     -> coins 649
CLAIM ada premium                       -> INSUFFICIENT balance=coins needs=650 has=649
CLAIM ada reward tier=1 track=premium   -> REQUIREMENT
AWARD ada coins 1                       -> coins 650
CLAIM ada premium                       -> coins 0, claimable "reward tier=1 track=premium"
CLAIM ada premium                       -> TAKEN
CLAIM ada reward tier=1 track=premium   -> owns emote-1
CLAIM ada reward tier=2 track=premium   -> REQUIREMENT

## premium makes the rewards of all tiers reached claimable, claimed or not
AWARD ada pass_xp:season-1 2000         -> tier 3, claimable "reward tier=2 track=free" "reward tier=3 track=free"
AWARD ada coins 650                     -> coins 650
CLAIM ada reward tier=2 track=free      -> coins 750
CLAIM ada premium                       -> coins 100, claimable "reward tier=1 track=premium" "reward tier=2 track=premium" "reward tier=3 track=premium"
CLAIM ada reward tier=2 track=premium   -> coins 200
AWARD ada pass_xp:season-1 1000         -> claimable "reward tier=4 track=free" "reward tier=4 track=premium"
CLAIM ada reward tier=4 track=premium   -> owns skin-4, wears skin skin-1
AWARD ada pass_xp:season-1 2000         -> tier 6
CLAIM ada reward tier=6 track=premium   -> coins 210

## wearing takes owning
CLAIM ada equip id=skin-4               -> REQUIREMENT
AWARD ada pass_xp:season-1 3000         -> tier 4
AWARD ada coins 650                     -> coins 650
CLAIM ada premium                       -> coins 0
CLAIM ada reward tier=4 track=premium   -> owns skin-4
CLAIM ada equip id=skin-4               -> wears skin skin-4
CLAIM ada equip id=skin-4               -> TAKEN
CLAIM ada equip id=skin-1               -> wears skin skin-1
CLAIM ada equip id=sword                -> BADARG

## a match pays each player once
RECORD ada match match=m7 won=1 kills=5 streak=3 duration=300 -> pass_xp:season-1 185
RECORD ada match match=m7 won=1 kills=5 streak=3 duration=300 -> duplicate, pass_xp:season-1 185
RECORD bob match match=m7 won=0 kills=1 streak=0 duration=300 -> pass_xp:season-1 85
RECORD ada match match=m8 won=0 kills=0 streak=0 duration=0   -> pass_xp:season-1 235

## a match needs all of its numbers
RECORD ada match match=m1 won=1 kills=-1 streak=0 duration=0  -> BADARG input=kills
RECORD ada match match=m1 won=2 kills=1 streak=0 duration=0   -> BADARG input=won
RECORD ada match match=m1 won=1 kills=1 streak=0              -> BADARG input=duration
RECORD ada match won=1 kills=1 streak=0 duration=0            -> BADARG input=match
look ada                                                      -> pass_xp:season-1 0, tier 1

## nothing is credited for nothing, and no balance goes below zero
AWARD ada coins 0                       -> BADARG
AWARD ada coins -5                      -> BADARG
SPEND ada coins 1                       -> INSUFFICIENT needs=1 has=0
look ada                                -> coins 0

## what is owned already isn't given twice
MIGRATE tier_zero ada tier=0 xp=0       -> owns skin-1
AWARD ada coins 650                     -> coins 650
CLAIM ada premium                       -> coins 0
CLAIM ada reward tier=1 track=premium   -> owns emote-1
CLAIM ada reward tier=1 track=premium   -> TAKEN

## before the season there is none
@2025-12-31T23:59:59Z RECORD ada match match=m1 won=1 kills=0 streak=0 duration=0 -> NOSEASON
@2025-12-31T23:59:59Z CLAIM ada premium                                           -> NOSEASON
@2026-01-01T00:00:00Z RECORD ada match match=m1 won=1 kills=0 streak=0 duration=0 -> pass_xp:season-1 100

## a legacy player at tier 0 keeps xp and gets the first skin
MIGRATE tier_zero ada tier=0 xp=750     -> tier 1, shows total_xp 1750, owns skin-1, wears skin skin-1, claims "reward tier=1 track=free"
MIGRATE tier_zero ada tier=0 xp=750     -> TAKEN
RECORD ada match match=m1 won=1 kills=30 streak=0 duration=0 -> tier 2, shows total_xp 2000

## who had claimed the first tier gets no second skin
MIGRATE tier_zero ada tier=0 xp=10 claimed=1 -> tier 1, lacks skin-1, claims "reward tier=1 track=free"

## other claims and premium are kept
MIGRATE tier_zero ada tier=4 xp=10 claimed=1,2,3 premium=1 -> tier 4, shows total_xp 4010
CLAIM ada reward tier=3 track=free      -> TAKEN
CLAIM ada reward tier=4 track=free      -> claims "reward tier=4 track=free"
CLAIM ada premium                       -> TAKEN
CLAIM ada reward tier=1 track=premium   -> owns emote-1
""")

BY_FOUR_HUNDREDS = tables.titled("""
## somebody new has the worth of one tier
RECORD ada match match=m1 won=0 kills=0 streak=0 duration=0 -> shows total_xp 450, shows xp_to_next 350
look bob                                -> tier 1, shows total_xp 400, shows xp_to_next 400

## the cap is 35
AWARD ada pass_xp:season-1 13599        -> tier 34, shows total_xp 13999, shows xp_to_next 1
AWARD ada pass_xp:season-1 1            -> tier 35, shows total_xp 14000
AWARD ada pass_xp:season-1 1000         -> tier 35, shows total_xp 14000
CLAIM ada reward tier=35 track=free     -> claims "reward tier=35 track=free"
CLAIM ada reward tier=36 track=free     -> BADARG

## xp beyond a tier isn't rolled over until the next award
MIGRATE tier_zero ada tier=0 xp=900     -> tier 1, shows total_xp 1300
AWARD ada pass_xp:season-1 1            -> tier 3, shows total_xp 1301
""")


@pytest.fixture(scope="module")
def clients():
    made = {key: daemons.Daemon(rules=path).start() for key, path in RULEBOOKS.items()}
    opened = {key: daemon.client() for key, daemon in made.items()}
    yield opened
    for key, daemon in made.items():
        opened[key].close()
        daemon.remove()


@pytest.mark.parametrize("title,rows", BY_THOUSANDS, ids=tables.ids(BY_THOUSANDS))
def test_a_thousand_a_tier(clients, title, rows):
    tables.Case(clients[1000, 100], rows, "b").run()


@pytest.mark.parametrize("title,rows", BY_FOUR_HUNDREDS, ids=tables.ids(BY_FOUR_HUNDREDS))
def test_four_hundred_a_tier(clients, title, rows):
    tables.Case(clients[400, 35], rows, "b").run()


@pytest.mark.parametrize("match,parts", MATCHES)
def test_a_match_is_explained_part_by_part(clients, match, parts):
    reply = record(clients[1000, 100], "explained", "-".join(map(str, match)), *match)
    names = ("base_xp", "kill_bonus", "streak_bonus", "duration_bonus", "total_xp", "was_clamped")
    assert tuple(reply["explain"][name] for name in names) == parts
    assert reply["changes"][XP] == parts[4]


def record(client, account, match, won, kills, streak, duration):
    return client.map(*match_of(account, match, won, kills, streak, duration))


def match_of(account, match, won, kills, streak, duration):
    return (
        "RECORD", account, "match", f"match={match}", f"won={won}", f"kills={kills}", f"streak={streak}",
        f"duration={duration}",
    )


def worth(won, kills, streak, duration):
    """Properties 1 and 2, as they are written."""
    return min(300, max(50, (100 if won else 50) + kills * 5 + streak * 10 + int(duration // 10)))


def in_pieces(client, commands, size=500):
    for start in range(0, len(commands), size):
        yield from client.many(commands[start : start + size])


def test_match_xp_is_bounded_and_follows_the_formula(clients, seed, scale):
    """Properties 1 and 2, and 7: the reply is the same when it is asked for again."""
    draw = random.Random(seed)
    matches = []
    for index in range(int(10_000 * scale)):
        large = draw.random() < 0.1
        matches.append((
            draw.randrange(2), draw.randrange(10**9 if large else 40), draw.randrange(10**9 if large else 15),
            draw.randrange(10**9 if large else 4_000)))
    commands = [match_of(f"f{seed}-{index % 50}", f"m{index}", *match) for index, match in enumerate(matches)]
    client = clients[1000, 100]
    replies = list(in_pieces(client, commands))
    for match, reply in zip(matches, replies):
        assert 50 <= reply["changes"][XP] <= 300
        assert reply["changes"][XP] == worth(*match) == reply["explain"]["total_xp"]
    for first, again in zip(replies, in_pieces(client, commands)):
        assert again == {**first, "duplicate": True}
        assert json.loads(json.dumps(again)) == again


@pytest.mark.parametrize("per_tier,max_tier", RULEBOOKS)
def test_tiers_follow_the_model(clients, seed, scale, per_tier, max_tier):
    """Properties 3, 4 and 5: beginning at tier 1, whole tiers at once, never beyond the last."""
    client, draw = clients[per_tier, max_tier], random.Random(seed)
    players, commands, wanted = {}, [], []
    for _ in range(int(10_000 * scale)):
        player = f"t{seed}-{draw.randrange(60)}"
        tier, inside = players.get(player, (1, 0))
        amount = draw.choice([1, per_tier - 1, per_tier, draw.randrange(1, 4 * per_tier), 1 + draw.randrange(300)])
        gained, rest = divmod(inside + amount, per_tier)
        after = (tier + gained, rest) if tier + gained < max_tier else (max_tier, 0)
        commands.append(("AWARD", player, XP, amount))
        wanted.append([] if after[0] == tier else [{"ladder": "tier", "from": tier, "to": after[0]}])
        players[player] = after
    for command, reply, reached in zip(commands, in_pieces(client, commands), wanted):
        assert reply.get("reached", []) == reached, command
    for player, (tier, inside) in players.items():
        profile = client.map("PROFILE", player)
        assert 1 <= tier <= max_tier and profile["ladders"]["tier"]["rung"] == tier
        assert profile["total_xp"] == tier * per_tier + inside
        assert profile["xp_to_next"] == per_tier - inside
        assert "reward tier=1 track=free" in profile["claims"]


def test_claims_succeed_if_and_only_if_they_may(clients, seed, scale):
    """Properties 6 and 8, on both tracks: reached and not yet claimed; what is claimable is just that."""
    client, draw = clients[1000, 100], random.Random(seed)
    claims = 0
    run = 0
    while claims < 10_000 * scale:
        run += 1
        player = f"c{seed}-{run}"
        tier, claimed, premium = 1, {(1, "free")}, False
        client.call("AWARD", player, "coins", 650)
        for _ in range(100):
            what = draw.random()
            if what < 0.15:
                gained = draw.randrange(1, 4)
                reply = client.map("AWARD", player, XP, 1000 * gained)
                new = range(tier + 1, min(100, tier + gained) + 1)
                tracks = ["free", "premium"] if premium else ["free"]
                assert sorted(reply.get("claimable", [])) == sorted(
                    f"reward tier={each} track={track}" for each in new for track in tracks)
                tier = min(100, tier + gained)
            elif what < 0.18 and not premium:
                reply = client.map("CLAIM", player, "premium")
                premium = True
                assert reply["claimable"] == [f"reward tier={each} track=premium" for each in range(1, tier + 1)]
            else:
                claims += 1
                wish = (draw.randrange(1, min(100, tier + 3) + 1), draw.choice(["free", "premium"]))
                may = wish[0] <= tier and wish not in claimed and (premium or wish[1] == "free")
                (reply,) = client.many([("CLAIM", player, "reward", f"tier={wish[0]}", f"track={wish[1]}")])
                assert (not isinstance(reply, Exception)) == may, (wish, tier, claimed, premium, reply)
                if may:
                    claimed.add(wish)
                elif wish in claimed:
                    assert reply.code == "TAKEN"
                else:
                    assert reply.code == "REQUIREMENT"
        shown = client.map("PROFILE", player)["claims"]
        assert {f"reward tier={each} track={track}" for each, track in claimed} == {
            claim for claim in shown if claim.startswith("reward ")}
        offered = client.map("OFFERS", player, "reward")
        assert {entry["offer"] for entry in offered["available"]} == {
            f"reward tier={each} track={track}"
            for each in range(1, tier + 1) for track in (["free", "premium"] if premium else ["free"])
            if (each, track) not in claimed}


def test_the_board_goes_by_tier_then_by_xp_inside(make_daemon):
    with make_daemon(rules=RULEBOOKS[1000, 100]).client() as client:
        for name, amount in (("ada", 2100), ("bob", 2500), ("cat", 900), ("dan", 2100)):
            client.call("AWARD", name, XP, amount)
        client.call("MIGRATE", "tier_zero", "eve", "tier=0", "xp=5000")
        top = client.call("TOP", "season")
        assert [entry["account"] for entry in top] == ["bob", "ada", "dan", "eve", "cat"]
        assert [entry["rank"] for entry in top] == [1, 2, 3, 4, 5]


def test_players_are_told_of_matches_tiers_and_rewards(clients):
    client = clients[1000, 100]
    client.call("AWARD", "told", XP, 900)
    seq = record(client, "told", "m1", 1, 5, 3, 300)["seq"]
    xp_awarded, tier_advanced = notices(client, "told", seq)
    assert {name: xp_awarded[name] for name in ("notice", "xp_amount", "new_total_xp", "previous_tier", "new_tier")} == {
        "notice": "xp_awarded", "xp_amount": 185, "new_total_xp": 2085, "previous_tier": 1, "new_tier": 2}
    assert xp_awarded["calculation"]["kill_bonus"] == 25
    assert tier_advanced["tiers_gained"] == 1
    assert tier_advanced["new_claimable_rewards"] == ["reward tier=2 track=free"]
    seq = client.map("CLAIM", "told", "reward", "tier=2", "track=free")["seq"]
    (reward_claimed,) = notices(client, "told", seq)
    assert (reward_claimed["notice"], reward_claimed["tier"], reward_claimed["coins"]) == ("reward_claimed", 2, 100)


def test_an_item_is_owned_once(clients):
    client = clients[1000, 100]
    client.call("AWARD", "once", XP, 100)
    client.call("AWARD", "once", XP, 100)
    assert client.map("PROFILE", "once")["items"].count("skin-1") == 1


def notices(client, account, seq):
    ((_, fields),) = client.call("XRANGE", f"log:{account}", f"{seq}-0", f"{seq}-0")
    fields = dict(zip(fields[::2], fields[1::2])) if isinstance(fields, list) else fields
    return json.loads(fields["notices"])
