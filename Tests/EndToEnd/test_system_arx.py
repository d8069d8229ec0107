"""Arx II on its rulebook: experience, development with thresholds, kudos, unlocks behind requirements."""

import random

import pytest

import daemon as daemons
import tables

RULEBOOK = daemons.ROOT / "fixtures/rulebooks/arx.json5"

CASES = tables.titled("""
## experience is earned and spent
RECORD ada xp_award amount=100 reason=gm_award -> xp 100
SPEND ada xp 50                          -> xp 50
SPEND ada xp 60                          -> INSUFFICIENT balance=xp needs=60 has=50
SPEND ada xp 30                          -> xp 20
SPEND ada xp 20                          -> xp 0
RECORD ada xp_award amount=0             -> BADARG input=amount
RECORD ada xp_award amount=-5            -> BADARG input=amount

## experience of a character's goes to the account that plays it
RECORD ada/knight xp_award amount=100    -> ada:xp 100

## points left over when a character was made: twice their number, and they stay with it
RECORD ada/knight cg_conversion points=10 -> character_xp:locked 20, character_xp:transferable 0
RECORD ada/knight cg_conversion points=90 -> character_xp:locked 200
RECORD ada/knight cg_conversion points=5 rate=3 -> character_xp:locked 215
RECORD ada/knight cg_conversion points=0  -> BADARG input=points
RECORD ada/knight cg_conversion points=-5 -> BADARG input=points
SPEND ada/knight character_xp:locked 15   -> character_xp:locked 200

## development as it is, without modifiers
RECORD ada/k develop trait=lore amount=9 -> development:lore 9, fact trait:lore 9

## only what applies to the trait's kind
FACT ada/k modifier:physical -20         -> fact modifier:physical -20
RECORD ada/k develop trait=charm amount=9 -> development:charm 9
RECORD ada/k develop trait=strength amount=5 -> development:strength 4

## at least one point is left
FACT ada/k modifier:physical -20         -> fact modifier:physical -20
RECORD ada/k develop trait=strength amount=1 -> development:strength 1
FACT ada/k modifier:physical -100        -> fact modifier:physical -100
RECORD ada/k develop trait=strength amount=1 -> development:strength 2
FACT ada/k modifier:physical -250        -> fact modifier:physical -250
RECORD ada/k develop trait=strength amount=500 -> development:strength 3

## percentages add up and apply once
FACT ada/k modifier:all_skill -10        -> fact modifier:all_skill -10
FACT ada/k modifier:physical -20         -> fact modifier:physical -20
RECORD ada/k develop trait=archery amount=10 -> development:archery 7

## exact, where binary fractions are not
FACT ada/k modifier:mental 15            -> fact modifier:mental 15
RECORD ada/k develop trait=lore amount=100 -> development:lore 115
FACT ada/k modifier:mental -30           -> fact modifier:mental -30
RECORD ada/k develop trait=lore amount=90 -> development:lore 178
FACT ada/k modifier:mental 16            -> fact modifier:mental 16
RECORD ada/k develop trait=lore amount=25 -> development:lore 207

## a rating stops below a threshold until it is unlocked; the rest counts in the total alone
RECORD ada/k develop trait=lore amount=8  -> fact trait:lore 8
RECORD ada/k develop trait=lore amount=15 -> fact trait:lore 9, development:lore 23, explain new_rating 9
RECORD ada/k develop trait=lore amount=1  -> fact trait:lore 9, development:lore 24
RECORD ada xp_award amount=1000           -> xp 1000
CLAIM ada/k trait_rating trait=lore rating=10 -> ada:xp 900, fact trait:lore 9
RECORD ada/k develop trait=lore amount=1  -> fact trait:lore 10
RECORD ada/k develop trait=lore amount=15 -> fact trait:lore 19

## every threshold on the way, not just the highest
RECORD ada xp_award amount=1000           -> xp 1000
CLAIM ada/k trait_rating trait=lore rating=20 -> ada:xp 800
RECORD ada/k develop trait=lore amount=8  -> fact trait:lore 8
RECORD ada/k develop trait=lore amount=15 -> fact trait:lore 9
CLAIM ada/k trait_rating trait=lore rating=10 -> ada:xp 700
RECORD ada/k develop trait=lore amount=25 -> fact trait:lore 29

## what is at a threshold already isn't pulled back
FACT ada/k trait:lore 20                  -> fact trait:lore 20
RECORD ada/k develop trait=lore amount=5  -> fact trait:lore 25
RECORD ada/k scene trait=lore amount=9    -> fact trait:lore 29, development:lore 14

## archery costs half as much again, and a rating is unlocked once
RECORD ada xp_award amount=250            -> xp 250
CLAIM ada/k trait_rating trait=archery rating=10 -> ada:xp 100
CLAIM ada/k trait_rating trait=archery rating=10 -> TAKEN, ada:xp 100
CLAIM ada/k trait_rating trait=strength rating=10 -> ada:xp 0
CLAIM ada/k trait_rating trait=strength rating=20 -> INSUFFICIENT needs=200 has=0
CLAIM ada/k trait_rating trait=strength rating=15 -> BADARG
CLAIM ada/k trait_rating trait=dancing rating=10 -> BADARG

## kudos come by category
RECORD ada kudos_award category=good_sport -> kudos 1
RECORD ada kudos_award category=helping   -> kudos 3
RECORD ada kudos_award category=helping amount=25 -> kudos 28
RECORD ada kudos_award category=helping amount=0 -> BADARG input=amount
RECORD ada kudos_award category=helping amount=-5 -> BADARG input=amount
RECORD ada kudos_award category=retired   -> INACTIVE
RECORD ada kudos_award category=none      -> BADARG input=category
RECORD ada kudos_award category=staff_award -> kudos 33

## kudos into experience: the whole amount is used up
RECORD ada kudos_award category=helping amount=50 -> kudos 50
CLAIM ada kudos_claim category=xp amount=10 -> kudos 40, xp 5, explain reward 5
CLAIM ada kudos_claim category=xp amount=25 -> kudos 15, xp 15
CLAIM ada kudos_claim category=xp amount=9 -> REQUIREMENT "not enough for any XP", kudos 15
CLAIM ada kudos_claim category=xp amount=50 -> INSUFFICIENT balance=kudos needs=50 has=15
CLAIM ada kudos_claim category=retired amount=10 -> INACTIVE
CLAIM ada kudos_claim category=xp amount=0 -> BADARG
CLAIM ada kudos_claim category=xp         -> BADARG
CLAIM ada kudos_claim category=xp amount=10 -> kudos 5, xp 20

## a class level is unlocked once, and paid by the account
RECORD ada xp_award amount=150            -> xp 150
CLAIM ada/k class_level class=knight level=2 -> ada:xp 50, claims "class_level class=knight level=2", fact class:knight -
CLAIM ada/k class_level class=knight level=2 -> TAKEN, ada:xp 50
CLAIM ada/m class_level class=knight level=2 -> INSUFFICIENT balance=xp needs=100 has=50

## costs: percentages cut off, a missing entry is free
RECORD ada xp_award amount=200            -> xp 200
CLAIM ada/k class_level class=mystic level=2 -> ada:xp 151
CLAIM ada/k class_level class=mystic level=3 -> ada:xp 141
CLAIM ada/k class_level class=mystic level=4 -> ada:xp 140
CLAIM ada/k class_level class=mystic level=5 -> ada:xp 50
CLAIM ada/k class_level class=mystic level=6 -> ada:xp 50, claims "class_level class=mystic level=6"
CLAIM ada/k class_level class=mystic level=7 -> BADARG
CLAIM ada/k class_level class=knight level=1 -> BADARG

## what is taken is said before requirements, these before funds
CLAIM ada/k class_level class=knight level=3 -> REQUIREMENT unmet=1 "Need strength 2.0, trait not set"
FACT ada/k trait:strength 15              -> fact trait:strength 15
CLAIM ada/k class_level class=knight level=3 -> REQUIREMENT "Need strength 2.0, have 1.5"
FACT ada/k trait:strength 20              -> fact trait:strength 20
CLAIM ada/k class_level class=knight level=3 -> INSUFFICIENT needs=150 has=0
RECORD ada xp_award amount=150            -> xp 150
CLAIM ada/k class_level class=knight level=3 -> ada:xp 0
FACT ada/k trait:strength 1               -> fact trait:strength 1
CLAIM ada/k class_level class=knight level=3 -> TAKEN

## the highest level in any class
RECORD ada xp_award amount=200            -> xp 200
CLAIM ada/k class_level class=knight level=4 -> REQUIREMENT "Character has no class levels"
FACT ada/k class:bard 2                   -> fact class:bard 2
CLAIM ada/k class_level class=knight level=4 -> REQUIREMENT "Need level 3, character is 2"
FACT ada/k class:bard 3                   -> fact class:bard 3
CLAIM ada/k class_level class=knight level=4 -> ada:xp 0

## a level in another class
RECORD ada xp_award amount=250            -> xp 250
CLAIM ada/k class_level class=knight level=5 -> REQUIREMENT "Need mystic level 2, don't have class"
FACT ada/k class:mystic 1                 -> fact class:mystic 1
CLAIM ada/k class_level class=knight level=5 -> REQUIREMENT "Need mystic level 2, have 1"
FACT ada/k class:mystic 2                 -> fact class:mystic 2
CLAIM ada/k class_level class=knight level=5 -> ada:xp 0

## tier 2 begins with level 6
RECORD ada xp_award amount=300            -> xp 300
CLAIM ada/k class_level class=knight level=6 -> REQUIREMENT "Character has no class levels"
FACT ada/k class:knight 5                 -> fact class:knight 5
CLAIM ada/k class_level class=knight level=6 -> REQUIREMENT "Need tier 2, character is tier 1"
FACT ada/k class:knight 6                 -> fact class:knight 6
CLAIM ada/k class_level class=knight level=6 -> ada:xp 0

## an achievement, a relationship
RECORD ada xp_award amount=750            -> xp 750
CLAIM ada/k class_level class=knight level=7 -> REQUIREMENT "Missing achievement: dragonslayer"
FACT ada/k achievement:dragonslayer 1     -> fact achievement:dragonslayer 1
CLAIM ada/k class_level class=knight level=7 -> ada:xp 400
CLAIM ada/k class_level class=knight level=8 -> REQUIREMENT "Need relationship with mentor at level 3"
FACT ada/k relationship:mentor 2          -> fact relationship:mentor 2
CLAIM ada/k class_level class=knight level=8 -> REQUIREMENT
FACT ada/k relationship:mentor 3          -> fact relationship:mentor 3
CLAIM ada/k class_level class=knight level=8 -> ada:xp 0

## several classes at once
RECORD ada xp_award amount=450            -> xp 450
CLAIM ada/k class_level class=knight level=9 -> REQUIREMENT unmet=1 "Need 2 class requirements, have 0"
FACT ada/k class:knight 5                 -> fact class:knight 5
CLAIM ada/k class_level class=knight level=9 -> REQUIREMENT "Need 2 class requirements, have 1"
FACT ada/k class:mystic 4                 -> fact class:mystic 4
CLAIM ada/k class_level class=knight level=9 -> ada:xp 0

## all that is unmet is said at once, in the rulebook's order
CLAIM ada/k class_level class=knight level=10 -> REQUIREMENT unmet=3 "Need strength 4.0, trait not set; Character has no class levels; Missing achievement: dragonslayer"
FACT ada/k trait:strength 40              -> fact trait:strength 40
CLAIM ada/k class_level class=knight level=10 -> REQUIREMENT unmet=2 "Character has no class levels; Missing achievement: dragonslayer"

## a path is chosen once
RECORD ada/k choose_path path=steel       -> xp 0
RECORD ada/k choose_path path=steel       -> duplicate
RECORD ada/k choose_path path=vanguard    -> xp 0
""")


@pytest.fixture(scope="module")
def client():
    daemon = daemons.Daemon(rules=RULEBOOK).start()
    with daemon.client() as client:
        yield client
    daemon.remove()


@pytest.mark.parametrize("title,rows", CASES, ids=tables.ids(CASES))
def test_case(client, title, rows):
    tables.Case(client, rows, "x").run()


def test_offers_are_available_locked_or_taken_whatever_the_account_can_afford(client):
    character = "poor/knight"
    client.call("RECORD", character, "xp_award", "amount=100")
    client.call("CLAIM", character, "class_level", "class=knight", "level=2")
    offers = client.map("OFFERS", character, "class_level")
    assert [entry["offer"] for entry in offers["taken"]] == ["class_level class=knight level=2"]
    assert [entry["offer"] for entry in offers["available"]] == [
        f"class_level class=mystic level={level}" for level in range(2, 7)]
    assert [list(entry["cost"].values()) for entry in offers["available"]] == [[49], [10], [1], [90], []]
    locked = {entry["offer"]: entry for entry in offers["locked"]}
    assert set(locked) == {f"class_level class=knight level={level}" for level in range(3, 11)}
    assert locked["class_level class=knight level=10"]["unmet"] == [
        "Need strength 4.0, trait not set", "Character has no class levels", "Missing achievement: dragonslayer"]
    assert locked["class_level class=knight level=3"]["cost"] == {"poor xp": 150}


def test_staff_awards_need_staff(make_daemon):
    daemon = make_daemon(rules=RULEBOOK, doors=True)
    import resp

    with daemon.client() as game, resp.Client(daemon.operate_socket) as operator:
        assert game.refusal("RECORD", "ada", "kudos_award", "category=staff_award").code == "NOPERM"
        game.call("RECORD", "ada", "kudos_award", "category=helping")
        game.call("FACT", "gm", "staff", 1)
        assert game.map("RECORD", "ada", "kudos_award", "category=staff_award", "BY", "gm")["changes"] == {"kudos": 5}
        assert operator.map("RECORD", "ada", "kudos_award", "category=staff_award")["changes"] == {"kudos": 5}


def test_what_was_earned_and_spent_is_listed_newest_first(client):
    for amount in (10, 20):
        client.call("RECORD", "listed", "xp_award", f"amount={amount}", "reason=gm_award")
    client.call("SPEND", "listed", "xp", 5, "FOR", "xp_purchase")
    events = client.call("HISTORY", "listed", "CURRENCY", "xp")
    assert [(each["postings"][0]["side"], each["postings"][0]["amount"]) for each in events] == [
        ("spend", 5), ("earn", 20), ("earn", 10)]
    assert client.map("BALANCE", "listed", "xp") == {"earned": 30, "spent": 5, "held": 0, "available": 25}


def test_paths_are_kept_in_the_order_they_were_chosen(client):
    for path in ("vanguard", "steel"):
        client.call("RECORD", "walker/one", "choose_path", f"path={path}")
    events = client.call("HISTORY", "walker/one", "KIND", "award")
    assert [each["cause"]["inputs"]["path"] for each in reversed(events)] == ["vanguard", "steel"]


def developed(rating, points, unlocked):
    """Step by step: a rating grows point by point and stops below the first locked multiple of ten."""
    for _ in range(points):
        if (rating + 1) % 10 == 0 and rating + 1 not in unlocked:
            break
        rating += 1
    return rating


def test_development_follows_a_model(client, seed, scale):
    draw = random.Random(seed)
    kinds = {"strength": "physical", "archery": "physical", "charm": "social", "lore": "mental"}
    client.call("RECORD", f"d{seed}", "xp_award", "amount=100000000")
    people = {}
    commands, wanted = [], []
    for _ in range(int(10_000 * scale)):
        name = f"d{seed}/c{draw.randrange(40)}"
        ratings, totals, unlocked, modifiers = people.setdefault(name, ({}, {}, {}, {}))
        trait = draw.choice(list(kinds))
        what = draw.random()
        if what < 0.1:
            modifier = draw.choice(["all_skill", "physical", "social", "mental"])
            value = draw.randrange(-150, 150)
            commands.append(("FACT", name, f"modifier:{modifier}", value))
            wanted.append("TAKEN" if modifiers.get(modifier) == value else None)
            modifiers[modifier] = value
        elif what < 0.25:
            rating = 10 * draw.randrange(1, 11)
            commands.append(("CLAIM", name, "trait_rating", f"trait={trait}", f"rating={rating}"))
            wanted.append("TAKEN" if rating in unlocked.setdefault(trait, set()) else None)
            unlocked[trait].add(rating)
        else:
            amount = draw.randrange(1, 40)
            rate = modifiers.get("all_skill", 0) + modifiers.get(kinds[trait], 0)
            product = amount * (100 + rate)
            points = max(1, abs(product) // 100 * (1 if product > 0 else -1))
            old = ratings.get(trait, 0)
            ratings[trait] = developed(old, points, unlocked.get(trait, set()))
            totals[trait] = totals.get(trait, 0) + points
            commands.append(("RECORD", name, "develop", f"trait={trait}", f"amount={amount}"))
            wanted.append({"points": points, "new_rating": ratings[trait]})
    for start in range(0, len(commands), 500):
        replies = client.many(commands[start : start + 500])
        for command, reply, want in zip(commands[start:], replies, wanted[start:]):
            if isinstance(want, dict):
                assert reply["explain"] == want, command
            else:
                assert getattr(reply, "code", None) == want, (command, reply)
    for name, (ratings, totals, _, _) in people.items():
        profile = client.map("PROFILE", name)
        assert {trait: profile["facts"][f"trait:{trait}"] for trait in ratings} == ratings
        for trait, total in totals.items():
            assert profile["balances"][f"development:{trait}"]["earned"] == total


def test_who_gave_kudos_is_not_told(client):
    import json

    seq = client.map("RECORD", "liked", "kudos_award", "category=helping", "BY", "admirer")["seq"]
    ((_, fields),) = client.call("XRANGE", "log:liked", f"{seq}-0", f"{seq}-0")
    fields = dict(zip(fields[::2], fields[1::2])) if isinstance(fields, list) else fields
    (notice,) = json.loads(fields["notices"])
    assert notice["notice"] == "kudos_received"
    assert (notice["amount"], notice["source_category"]) == (2, "helping")
    assert "admirer" not in json.dumps(notice)
