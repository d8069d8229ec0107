"""Offers, items, what is worn, and the rewards of rungs: through the socket, by a rulebook of their own."""

import subprocess
from pathlib import Path

import pytest

import daemon as daemons

RULES = Path(__file__).resolve().parent / "shop.json5"


@pytest.fixture(scope="module")
def shop():
    daemon = daemons.Daemon(rules=RULES).start()
    yield daemon
    daemon.remove()


@pytest.fixture
def client(shop):
    with shop.client() as client:
        yield client


def profile(client, account):
    return client.map("PROFILE", account)


def offers(client, account, *offer):
    """The three lists, each {offer: (cost, unmet)}."""
    return {
        name: {entry["offer"]: (entry["cost"], entry["unmet"]) for entry in entries}
        for name, entries in client.map("OFFERS", account, *offer).items()
    }


def test_a_purchase(client, someone):
    client.call("AWARD", someone, "coins", 100)
    reply = client.map("CLAIM", someone, "item", "id=hat", "KEY", "k")
    assert reply["changes"] == {"coins": -30} and reply["granted"] == ["hat"]
    assert client.map("CLAIM", someone, "item", "id=hat", "KEY", "k") == {**reply, "duplicate": True}
    shown = profile(client, someone)
    assert shown["items"] == ["hat"] and shown["claims"] == ["item id=hat"]
    assert int(shown["facts"]["shine"]) == 3
    event = client.map("EVENT", reply["seq"])
    assert event["kind"] == "claim"
    assert event["cause"] == {"name": "item", "inputs": {"id": "hat"}}
    assert event["postings"][0]["why"] == "cost"
    before = client.call("XLEN", "log")
    refused = client.refusal("CLAIM", someone, "item", "id=hat")
    assert refused.code == "TAKEN"
    assert client.call("XLEN", "log") == before


def test_funds_may_come_first(client, someone):
    client.call("AWARD", someone, "coins", 30)
    client.call("CLAIM", someone, "item", "id=hat")
    refused = client.refusal("CLAIM", someone, "item", "id=hat")
    assert refused.code == "INSUFFICIENT"
    assert refused.facts == {"balance": "coins", "needs": "30", "has": "0"}


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["nothing"], "UNDECLARED"),
        (["item"], "BADARG"),
        (["item", "id=cake"], "BADARG"),
        (["item", "id=hat", "of=felt"], "BADARG"),
        (["wear", "id=map"], "BADARG"),
        (["level", "class=mage", "level=3"], "BADARG"),
        (["level", "class=mage", "level=1"], "BADARG"),
        (["limit", "trait=lore", "at=15"], "BADARG"),
        (["convert", "unit=old", "amount=10"], "INACTIVE"),
        (["reward", "tier=3", "track=silver"], "BADARG"),
        (["reward", "tier=1", "track=free"], "BADARG"),
        (["reward", "tier=3", "track=gold"], "BADARG"),
        (["reward", "tier=3", "track=free"], "REQUIREMENT"),
    ],
)
def test_what_is_no_offer(client, someone, arguments, code):
    before = client.call("XLEN", "log")
    assert client.refusal("CLAIM", someone, *arguments).code == code
    assert client.call("XLEN", "log") == before


def test_wearing(client, someone):
    client.call("AWARD", someone, "coins", 200)
    assert client.refusal("CLAIM", someone, "wear", "id=hat").sentence == "hat isn't owned"
    client.call("CLAIM", someone, "item", "id=hat")
    client.call("CLAIM", someone, "item", "id=crown")
    client.call("CLAIM", someone, "wear", "id=hat")
    assert profile(client, someone)["equipped"] == {"head": "hat"}
    assert client.refusal("CLAIM", someone, "wear", "id=hat").code == "TAKEN"
    client.call("CLAIM", someone, "wear", "id=crown")
    assert profile(client, someone)["equipped"] == {"head": "crown"}
    client.call("CLAIM", someone, "undress")
    assert profile(client, someone)["equipped"] == {}
    assert client.refusal("CLAIM", someone, "undress").code == "REQUIREMENT"
    assert profile(client, someone)["claims"] == ["item id=hat", "item id=crown"]


def test_whoever_plays_a_character_pays(client, someone):
    knight = someone + "/knight"
    client.call("AWARD", someone, "coins", 250)
    refused = client.refusal("CLAIM", knight, "level", "class=knight", "level=3")
    assert refused.code == "REQUIREMENT" and refused.facts == {"unmet": "2"}
    assert refused.sentence == "strength was never rated; Level 2 comes first"
    client.call("FACT", knight, "trait:strength", 12)
    refused = client.refusal("CLAIM", knight, "level", "class=knight", "level=2")
    assert refused.sentence == "strength is 1.2, 1.5 are needed"
    client.call("FACT", knight, "trait:strength", 15)
    reply = client.map("CLAIM", knight, "level", "class=knight", "level=2")
    assert reply["changes"] == {f"{someone} coins": -100}
    reply = client.map("CLAIM", knight, "level", "level=3", "class=knight")
    assert reply["balances"] == {f"{someone} coins": 0}
    assert int(profile(client, knight)["facts"]["class:knight"]) == 3
    assert profile(client, knight)["claims"] == ["level class=knight level=2", "level class=knight level=3"]
    refused = client.refusal("CLAIM", knight, "level", "class=mage", "level=2")
    assert refused.code == "INSUFFICIENT" and refused.facts["needs"] == "40"


def test_a_conversion(client, someone):
    client.call("AWARD", someone, "kudos", 25)
    assert client.refusal("CLAIM", someone, "convert", "unit=plain", "amount=9").sentence == "9 kudos make no coin"
    assert client.refusal("CLAIM", someone, "convert", "unit=plain", "amount=31").code == "INSUFFICIENT"
    reply = client.map("CLAIM", someone, "convert", "unit=plain", "amount=25")
    assert reply["changes"] == {"kudos": -25, "coins": 2} and reply["explain"] == {"coins": 2}
    refused = client.refusal("CLAIM", someone, "convert", "unit=plain", "amount=10")
    assert refused.facts == {"balance": "kudos", "needs": "10", "has": "5"}
    client.call("AWARD", someone, "kudos", 6)
    reply = client.map("CLAIM", someone, "convert", "unit=plain", "amount=10")
    assert reply["balances"] == {"kudos": -4, "coins": 3}
    assert profile(client, someone)["claims"] == []


def test_the_listing(client, someone):
    client.call("AWARD", someone, "coins", 1)
    shown = offers(client, someone)
    assert set(shown) == {"available", "locked", "taken"} and shown["taken"] == {}
    assert shown["available"]["item id=crown"] == ({"coins": 100}, [])
    assert shown["available"]["gold"] == ({"coins": 200}, [])
    assert shown["available"]["convert unit=plain"] == ({}, [])
    assert shown["available"]["level class=mage level=2"] == ({"coins": 40}, [])
    assert shown["available"]["favour"] == ({}, [])
    assert shown["locked"]["level class=knight level=3"] == (
        {"coins": 150}, ["strength was never rated", "Level 2 comes first"])
    assert shown["locked"]["wear id=hat"] == ({}, ["hat isn't owned"])
    assert shown["locked"]["reward tier=5 track=gold"] == (
        {}, ["tier 5 isn't reached yet: it is 1", "Gold is needed"])
    everything = [*shown["available"], *shown["locked"]]
    for missing in ("secret", "wear id=map", "level class=mage level=3", "convert unit=old"):
        assert missing not in everything
    assert sum(text.startswith("limit ") for text in everything) == 6
    assert offers(client, someone, "secret")["available"] == {"secret": ({}, [])}
    client.call("CLAIM", someone, "limit", "trait=lore", "at=20")
    assert offers(client, someone, "limit")["taken"] == {"limit trait=lore at=20": ({}, [])}
    assert client.refusal("OFFERS", someone, "nothing").code == "UNDECLARED"
    assert client.refusal("OFFERS", someone, "gold", "more").code == "BADARG"


def test_the_listing_of_nobody(client, someone):
    before = client.call("XLEN", "log")
    assert offers(client, someone, "gold")["available"] == {"gold": ({"coins": 200}, [])}
    shown = offers(client, someone + "/knight", "level")
    assert shown["available"]["level class=mage level=2"] == ({f"{someone} coins": 40}, [])
    assert client.call("XLEN", "log") == before
    client.call("AWARD", someone, "coins", 7)
    assert profile(client, someone)["balances"]["coins"]["available"] == 7


def test_every_listed_offer_can_be_claimed_as_it_is_printed(client, someone):
    client.call("AWARD", someone, "coins", 10_000)
    for text in list(offers(client, someone)["available"]):
        if text.startswith("convert"):
            continue
        client.call("CLAIM", someone, *text.split())
    taken = offers(client, someone)["taken"]
    assert set(profile(client, someone)["claims"]) == set(taken)


def test_rungs_bring_rewards(client, someone):
    reply = client.map("AWARD", someone, "xp", 250)
    assert reply["reached"] == [{"ladder": "tier", "from": 1, "to": 3}]
    assert reply["granted"] == ["hat"] and reply["claimable"] == ["reward tier=3 track=free"]
    shown = profile(client, someone)
    assert shown["items"] == ["hat"] and shown["equipped"] == {"head": "hat"}
    assert shown["claims"] == ["reward tier=2 track=free"]
    # The fourth rung's xp reaches the fifth in the same event.
    reply = client.map("AWARD", someone, "xp", 50, "KEY", "up")
    assert reply["changes"] == {"xp": 150}
    assert reply["reached"] == [{"ladder": "tier", "from": 3, "to": 5}]
    assert reply["claimable"] == ["reward tier=5 track=free"]
    assert client.map("AWARD", someone, "xp", 50, "KEY", "up") == {**reply, "duplicate": True}
    event = client.map("EVENT", reply["seq"])
    assert [posting.get("why") for posting in event["postings"]] == [None, "rung:tier/4"]
    assert client.refusal("CLAIM", someone, "reward", "tier=4", "track=free").code == "TAKEN"
    reply = client.map("CLAIM", someone, "reward", "tier=3", "track=free")
    assert reply["changes"] == {"coins": 30}
    assert client.refusal("CLAIM", someone, "reward", "tier=3", "track=free").code == "TAKEN"
    refused = client.refusal("CLAIM", someone, "reward", "tier=6", "track=free")
    assert refused.code == "REQUIREMENT" and refused.sentence == "tier 6 isn't reached yet: it is 5"
    refused = client.refusal("CLAIM", someone, "reward", "tier=5", "track=gold")
    assert refused.code == "REQUIREMENT" and refused.sentence == "Gold is needed"


def test_opening_a_track(client, someone):
    client.call("AWARD", someone, "xp", 100)
    client.call("AWARD", someone, "coins", 200)
    reply = client.map("CLAIM", someone, "gold")
    assert reply["claimable"] == ["reward tier=2 track=gold"]
    reply = client.map("AWARD", someone, "xp", 300)
    assert reply["claimable"] == [
        "reward tier=3 track=free", "reward tier=5 track=free", "reward tier=5 track=gold",
        "reward tier=6 track=free"]
    assert client.map("CLAIM", someone, "reward", "tier=2", "track=gold")["granted"] == ["crown"]


def test_rewards_of_named_rungs(client, someone):
    other = someone + "b"
    reply = client.map("RECORD", other, "thank", f"whom={someone}", "kind=plain")
    assert reply["reached"] == [{"account": someone, "ladder": "rank", "from": "novice", "to": "known"}]
    assert reply["claimable"] == [f"{someone} honour rank=known track=plain"]
    assert client.refusal("CLAIM", someone, "honour", "rank=famous", "track=plain").code == "BADARG"
    assert client.map("CLAIM", someone, "honour", "rank=known", "track=plain")["granted"] == ["map"]
    assert client.refusal("CLAIM", other, "honour", "rank=known", "track=plain").code == "REQUIREMENT"


def test_formulas_say_who_and_when(make_daemon, someone):
    daemon = make_daemon(rules=RULES, doors=True)
    with daemon.client() as game, daemon.client() as reader:
        assert game.refusal("RECORD", someone, "thank", "whom=x", "kind=old").code == "INACTIVE"
        assert game.refusal("RECORD", someone, "thank", "whom=x", "kind=staff").code == "NOPERM"
        assert game.refusal("CLAIM", someone, "favour").code == "NOPERM"
        game.call("RECORD", someone, "thank", "whom=x", "kind=plain")
        listed = [entry["offer"] for entry in reader.map("OFFERS", someone)["available"]]
        assert "favour" not in listed and "gold" in listed


def test_steps_and_loops_build_names(client, someone):
    reply = client.map("RECORD", someone, "train", "trait=strength", "by=12")
    assert reply["explain"] == {"wall": 10}
    facts = profile(client, someone)["facts"]
    assert (int(facts["trait:strength"]), int(facts["kind:body"]), facts["last"]) == (9, 24, "body")
    client.call("CLAIM", someone, "limit", "trait=strength", "at=10")
    reply = client.map("RECORD", someone, "train", "trait=strength", "by=12")
    assert reply["explain"] == {"wall": 20}
    facts = profile(client, someone)["facts"]
    assert (int(facts["trait:strength"]), int(facts["kind:body"])) == (19, 48)


def test_an_effect_for_each_of_a_list(client, someone):
    reply = client.map("RECORD", someone, "hand_out", "ids=sword,map,sword", "levels=5,20")
    assert sorted(reply["granted"]) == ["map", "sword"] and reply["changes"] == {"xp": 25}
    assert sorted(profile(client, someone)["items"]) == ["map", "sword"]
    refused = client.refusal("RECORD", someone, "hand_out", "ids=sword,crown")
    assert refused.code == "INACTIVE" and refused.sentence == "No crowns"
    assert "changes" not in client.map("RECORD", someone, "hand_out", "ids=")


def test_a_claim_is_reversed_whole(client, someone):
    client.call("AWARD", someone, "coins", 100)
    claim = client.map("CLAIM", someone, "item", "id=hat")
    client.call("CLAIM", someone, "wear", "id=hat")
    assert client.refusal("REVERSE", claim["seq"], 1).code == "BADARG"
    reply = client.map("REVERSE", claim["seq"])
    assert reply["changes"] == {"coins": 30} and reply["claimable"] == ["item id=hat"]
    assert "granted" not in reply
    shown = profile(client, someone)
    assert shown["items"] == [] and shown["claims"] == [] and "shine" not in shown["facts"]
    assert shown["equipped"] == {}
    assert client.refusal("REVERSE", claim["seq"]).code == "TAKEN"
    again = client.map("CLAIM", someone, "item", "id=hat")
    assert again["granted"] == ["hat"]
    assert client.refusal("REVERSE", claim["seq"]).code == "TAKEN"
    client.call("REVERSE", again["seq"])


def test_what_is_gone_cannot_be_taken_back(client, someone):
    client.call("AWARD", someone, "xp", 300)
    claim = client.map("CLAIM", someone, "reward", "tier=3", "track=free")
    client.call("SPEND", someone, "coins", 1)
    before = client.call("XLEN", "log")
    refused = client.refusal("REVERSE", claim["seq"])
    assert refused.code == "INSUFFICIENT" and refused.facts["needs"] == "30"
    assert client.call("XLEN", "log") == before
    client.call("AWARD", someone, "coins", 1)
    assert client.map("REVERSE", claim["seq"])["claimable"] == ["reward tier=3 track=free"]


def test_a_fact_that_changed_since_stays(client, someone):
    client.call("AWARD", someone, "coins", 200)
    hat = client.map("CLAIM", someone, "item", "id=hat")
    client.call("CLAIM", someone, "item", "id=crown")
    client.call("REVERSE", hat["seq"])
    shown = profile(client, someone)
    assert int(shown["facts"]["shine"]) == 6 and shown["items"] == ["crown"]


def test_a_limited_offer(client, someone):
    first = client.map("CLAIM", someone, "daily", "AT", "2026-03-01T12:00:00Z")
    refused = client.refusal("CLAIM", someone, "daily", "AT", "2026-03-02T11:59:59Z")
    assert refused.code == "LIMIT" and refused.facts == {"retry_after": "1"}
    assert offers(client, someone, "daily")["available"] == {"daily": ({}, [])}
    client.call("CLAIM", someone, "daily", "AT", "2026-03-02T12:00:00Z")
    again = client.map("CLAIM", someone, "daily")
    assert client.refusal("CLAIM", someone, "daily").code == "LIMIT"
    client.call("REVERSE", again["seq"])
    client.call("CLAIM", someone, "daily")
    client.call("REVERSE", first["seq"])
    assert client.refusal("CLAIM", someone, "daily").code == "LIMIT"
    assert profile(client, someone)["balances"]["gems:blue"]["available"] == 2


def test_what_comes_anew_with_each_season(client, someone):
    spring = ("AT", "2026-02-02T00:00:00Z")
    client.call("AWARD", someone, "coins", 100, *spring)
    assert client.refusal("CLAIM", someone, "pass", "AT", "2025-12-31T23:59:59Z").code == "NOSEASON"
    assert client.refusal("CLAIM", someone, "favourite", "id=hat", *spring).sentence == "No pass"
    assert client.map("CLAIM", someone, "pass", *spring)["changes"] == {"coins": -10}
    assert client.refusal("CLAIM", someone, "pass", *spring).code == "TAKEN"
    reply = client.map("CLAIM", someone, "favourite", "id=hat", *spring)
    assert reply["changes"] == {"gems:spring": 5}
    assert profile(client, someone)["claims"] == []
    assert offers(client, someone, "pass")["available"] == {"pass": ({"coins": 20}, [])}
    assert client.refusal("CLAIM", someone, "favourite", "id=hat").code == "REQUIREMENT"
    assert client.map("CLAIM", someone, "pass")["changes"] == {"coins": -20}
    assert client.map("CLAIM", someone, "favourite", "id=hat")["changes"] == {"gems:long": 5}
    assert sorted(profile(client, someone)["claims"]) == ["favourite id=hat", "pass"]
    assert client.refusal("CLAIM", someone, "favourite", "id=sword").code == "BADARG"


def test_a_dry_run_tells_the_very_outcome(client, someone):
    client.call("AWARD", someone, "coins", 250)
    before = client.call("XLEN", "log")
    dry = client.map("CLAIM", someone, "gold", "DRYRUN")
    assert client.call("XLEN", "log") == before
    real = client.map("CLAIM", someone, "gold")
    assert {**dry, "time": 0} == {**real, "time": 0}


def test_claims_in_a_group_see_each_other(client, someone):
    client.call("AWARD", someone, "coins", 200)
    client.call("AWARD", someone, "xp", 100)
    client.call("MULTI")
    client.call("CLAIM", someone, "gold")
    client.call("CLAIM", someone, "reward", "tier=2", "track=gold")
    client.call("OFFERS", someone, "gold")
    replies = client.call("EXEC")
    assert len(replies) == 3
    client.call("MULTI")
    client.call("AWARD", someone, "coins", 50)
    client.call("CLAIM", someone, "gold")
    assert client.refusal("EXEC").code == "TAKEN"
    assert profile(client, someone)["balances"]["coins"]["available"] == 0


def test_claims_survive(make_daemon, someone):
    daemon = make_daemon(rules=RULES)
    with daemon.client() as client:
        client.call("AWARD", someone, "xp", 500)
        client.call("AWARD", someone, "coins", 300)
        client.call("CLAIM", someone, "gold")
        claim = client.map("CLAIM", someone, "reward", "tier=5", "track=gold")
        before = (profile(client, someone), offers(client, someone))
        assert profile(client, someone)["claims"]
    daemon.restart()
    with daemon.client() as client:
        assert (profile(client, someone), offers(client, someone)) == before
        assert client.map("PROFILE", someone, "ASOF", claim["seq"] - 1)["claims"] == [
            text for text in before[0]["claims"] if text != "reward tier=5 track=gold"]
    daemon.stop()
    assert daemons.stele("verify", "--data", daemon.data).returncode == 0
    done = subprocess.run(
        ["/usr/bin/python3", str(RULES.parent / "reader.py"), str(daemon.data)],
        capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert daemons.stele("verify", "--decide", "--data", daemon.data).returncode == 0


def test_offers_are_printed_as_a_table(shop, someone):
    with shop.client() as client:
        client.call("AWARD", someone, "coins", 200)
        client.call("CLAIM", someone, "gold")
    done = daemons.stele("--socket", shop.socket, "offers", someone)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["available"] in lines and ["locked"] in lines and ["taken"] in lines
    assert ["item", "id=hat", "30", "coins"] in lines
    assert any(line[:2] == ["wear", "id=hat"] and line[-1] == "owned" for line in lines)
    assert ["gold", "200", "coins"] in lines
    assert '"offer":"gold"' in daemons.stele(
        "--socket", shop.socket, "--json", "offers", someone, "gold").stdout.replace(" ", "")
