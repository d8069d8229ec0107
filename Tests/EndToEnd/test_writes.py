"""Every write of the contract: what it answers, what it refuses, and that a refusal writes nothing."""

import re

import pytest

INT64_MAX = (1 << 63) - 1


def available(client, account, balance):
    return client.map("BALANCE", account, balance)["available"]


def test_an_award_answers_what_changed(client, someone):
    reply = client.map("AWARD", someone, "coin", 80)
    assert set(reply) == {"seq", "time", "duplicate", "changes", "balances"}
    assert reply["duplicate"] is False
    assert reply["changes"] == {"coin": 80} and reply["balances"] == {"coin": 80}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", reply["time"])
    more = client.map("AWARD", someone, "gold:purse", 7)
    assert more["seq"] > reply["seq"]
    assert more["changes"] == {"gold:purse": 7}
    assert client.map("BALANCE", someone, "gold:purse") == {"earned": 7, "spent": 0, "held": 0, "available": 7}


def test_a_spend_takes_what_is_there_and_no_more(client, someone):
    client.call("AWARD", someone, "coin", 80)
    refused = client.refusal("SPEND", someone, "coin", 100)
    assert refused.code == "INSUFFICIENT"
    assert refused.facts == {"balance": "coin", "needs": "100", "has": "80"}
    assert refused.sentence
    reply = client.map("SPEND", someone, "coin", 80, "FOR", "sword")
    assert reply["changes"] == {"coin": -80} and reply["balances"] == {"coin": 0}
    assert client.map("BALANCE", someone, "coin") == {"earned": 80, "spent": 80, "held": 0, "available": 0}
    assert client.map("EVENT", reply["seq"])["cause"]["name"] == "sword"


@pytest.mark.parametrize(
    "amount", ["0", "-1", "+1", "01", "1.0", "", " 1", "1 ", "1e3", "0x1", "9223372036854775808",
               "99999999999999999999999", "\u0661"]
)
def test_an_amount_is_digits(client, someone, amount):
    assert client.refusal("AWARD", someone, "coin", amount).code in ("BADARG", "OVERFLOW")
    assert client.map("PROFILE", someone)["seq"] == 0


def test_sums_never_wrap(daemon, someone):
    """Neither an account's sums nor those of a currency, which earlier tests would have a part in."""
    with daemon.client() as client:
        client.call("AWARD", someone, "coin", INT64_MAX)
        refused = client.refusal("AWARD", someone, "coin", 1)
        assert refused.code == "OVERFLOW"
        assert client.refusal("AWARD", someone + "b", "coin", 1).code == "OVERFLOW"
        assert available(client, someone, "coin") == INT64_MAX
        client.call("SPEND", someone, "coin", INT64_MAX)
        assert client.refusal("AWARD", someone, "coin", 1).code == "OVERFLOW"  # earned counts, too


@pytest.mark.parametrize(
    "account",
    ["", "a b", "~1", "x" * 65, "a/b/c", "a\nb", "a\rb", "tab\tbed", "\x7f", b"\xff\xfe", b"a\x00b"],
)
def test_an_account_id_is_printable(client, account):
    assert client.refusal("AWARD", account, "coin", 1).code in ("BADARG", "NOTFOUND")


@pytest.mark.parametrize("account", ["x" * 64, "Zo\u00eb", "\u5e73\u4eee\u540d", "a:b", "a@b.c", "a/b"])
def test_other_account_ids_are_fine(client, account):
    client.call("AWARD", account, "coin", 1)
    assert available(client, account, "coin") >= 1


@pytest.mark.parametrize("name", ["nothing", "coin:" + "x" * 33, "coin:", ":coin", "co in", "", "coin:a:b\n"])
def test_a_balance_must_be_declared(client, someone, name):
    assert client.refusal("AWARD", someone, name, 1).code in ("UNDECLARED", "BADARG")


def test_a_character_of_an_account(client, someone):
    client.call("AWARD", f"{someone}/knight", "coin", 3)
    assert available(client, f"{someone}/knight", "coin") == 3
    assert available(client, someone, "coin") == 0


def test_a_transfer_moves(client, someone):
    other = someone + "b"
    client.call("AWARD", someone, "coin", 10)
    reply = client.map("TRANSFER", someone, other, "coin", 4)
    assert reply["changes"] == {"coin": -4, f"{other} coin": 4}
    assert reply["balances"] == {"coin": 6, f"{other} coin": 4}
    assert client.map("BALANCE", other, "coin") == {"earned": 4, "spent": 0, "held": 0, "available": 4}
    assert client.refusal("TRANSFER", someone, other, "coin", 7).code == "INSUFFICIENT"
    assert client.refusal("TRANSFER", someone, someone, "coin", 1).code == "BADARG"
    assert available(client, someone, "coin") == 6


def test_what_is_not_transferable_stays(client, someone):
    client.call("AWARD", someone, "xp", 10)
    refused = client.refusal("TRANSFER", someone, someone + "b", "xp", 1)
    assert refused.code not in ("INSUFFICIENT", "ERR")
    assert available(client, someone, "xp") == 10


def test_what_never_decreases(client, someone):
    client.call("AWARD", someone, "xp", 10)
    refused = client.refusal("SPEND", someone, "xp", 1)
    assert refused.code not in ("INSUFFICIENT", "ERR")
    assert available(client, someone, "xp") == 10


def test_what_only_operators_post_raw(make_daemon, someone):
    daemon = make_daemon(doors=True)
    with daemon.client() as game:
        assert game.refusal("AWARD", someone, "honor", 1).code == "NOPERM"
        assert game.refusal("AWARD", someone, "reputation:guild", 1).code == "NOPERM"


def test_a_fact_is_set_and_cleared(client, someone):
    reply = client.map("FACT", someone, "class", "mage")
    assert set(reply) >= {"seq", "time", "duplicate"}
    client.call("FACT", someone, "strength", "0")
    facts = client.map("PROFILE", someone)["facts"]
    assert facts["class"] == "mage" and int(facts["strength"]) == 0
    client.call("FACT", someone, "strength", "")
    assert "strength" not in client.map("PROFILE", someone)["facts"]
    before = client.call("XLEN", "log")
    assert not client.refusal("FACT", someone, "strength", "").code == "ERR"
    assert not client.refusal("FACT", someone, "class", "mage").code == "ERR"
    assert client.call("XLEN", "log") == before


def test_recording_an_action(client, someone):
    reply = client.map("RECORD", someone, "quest", "difficulty=3", "place=cave")
    assert reply["changes"] == {"xp": 30, "reputation:cave": 30}
    assert reply["balances"] == {"xp": 30, "reputation:cave": 30}
    event = client.map("EVENT", reply["seq"])
    assert event["cause"]["name"] == "quest"
    assert {k: str(v) for k, v in event["cause"]["inputs"].items()} == {"difficulty": "3", "place": "cave"}


@pytest.mark.parametrize(
    "inputs, codes",
    [
        (["difficulty=3"], ["BADARG"]),
        (["difficulty=6", "place=cave"], ["BADARG"]),
        (["difficulty=0", "place=cave"], ["BADARG"]),
        (["difficulty=x", "place=cave"], ["BADARG"]),
        (["difficulty=3", "place=cave", "more=1"], ["BADARG"]),
        (["difficulty=3", "difficulty=3", "place=cave"], ["BADARG"]),
        (["difficulty=3", "place="], ["BADARG"]),
        (["difficulty=3", "place=a b"], ["BADARG"]),
        (["difficulty=3", "place=" + "x" * 33], ["BADARG"]),
        (["difficulty", "3", "place=cave"], ["BADARG"]),
    ],
)
def test_inputs_are_checked(client, someone, inputs, codes):
    before = client.call("XLEN", "log")
    assert client.refusal("RECORD", someone, "quest", *inputs).code in codes
    assert client.call("XLEN", "log") == before


def test_an_action_that_nobody_declared(client, someone):
    refused = client.refusal("RECORD", someone, "fly")
    assert refused.code == "UNDECLARED"


def test_climbing(client, someone):
    reply = client.map("AWARD", someone, "xp", 500)
    reached = {step["ladder"]: (step["from"], step["to"]) for step in reply["reached"]}
    assert reached["level"] == (1, 3)
    assert reached["tier"] == ("newcomer", "regular")
    ladders = client.map("PROFILE", someone)["ladders"]
    assert (ladders["level"]["rung"], ladders["level"]["floor"], ladders["level"]["next"]) == (3, 300, 600)
    assert ladders["level"]["remaining"] == 100
    assert ladders["tier"]["rung"] == "regular"


def test_a_reversal_compensates_and_the_original_stays(client, someone):
    award = client.map("AWARD", someone, "coin", 10)
    reply = client.map("REVERSE", award["seq"])
    assert reply["changes"] == {"coin": -10} and reply["balances"] == {"coin": 0}
    assert client.map("BALANCE", someone, "coin") == {"earned": 0, "spent": 0, "held": 0, "available": 0}
    before = client.call("XLEN", "log")
    assert client.refusal("REVERSE", award["seq"]).code != "ERR"
    assert client.refusal("REVERSE", reply["seq"]).code != "ERR"
    assert client.call("XLEN", "log") == before
    assert client.map("EVENT", award["seq"])["postings"][0]["amount"] == 10
    # An action's event is reversed whole; never-decreases does not stand in the way.
    quest = client.map("RECORD", someone, "quest", "difficulty=2", "place=cave")
    assert client.refusal("REVERSE", quest["seq"], 5).code == "BADARG"
    assert client.map("REVERSE", quest["seq"])["changes"] == {"xp": -20, "reputation:cave": -20}


def test_a_partial_reversal_never_exceeds_the_event(client, someone):
    other = someone + "b"
    client.call("AWARD", someone, "coin", 20)
    spend = client.map("SPEND", someone, "coin", 10)
    assert client.map("REVERSE", spend["seq"], 4)["changes"] == {"coin": 4}
    assert client.refusal("REVERSE", spend["seq"], 7).code != "ERR"
    assert client.map("REVERSE", spend["seq"], 6)["changes"] == {"coin": 6}
    assert client.refusal("REVERSE", spend["seq"], 1).code != "ERR"
    assert client.map("BALANCE", someone, "coin") == {"earned": 20, "spent": 0, "held": 0, "available": 20}
    transfer = client.map("TRANSFER", someone, other, "coin", 5)
    client.call("REVERSE", transfer["seq"], 2)
    assert (available(client, someone, "coin"), available(client, other, "coin")) == (17, 3)
    assert client.refusal("REVERSE", 10**12).code == "NOTFOUND"
    assert client.refusal("REVERSE", 1).code != "ERR"


def test_a_reversal_respects_the_floor(client, someone):
    award = client.map("AWARD", someone, "coin", 10)
    client.call("SPEND", someone, "coin", 5)
    assert client.refusal("REVERSE", award["seq"]).code == "INSUFFICIENT"


def test_facts_and_holds_are_not_reversed(client, someone):
    client.call("AWARD", someone, "coin", 10)
    for event in (client.map("FACT", someone, "class", "mage"), client.map("HOLD", someone, "coin", 1)):
        assert client.refusal("REVERSE", event["seq"]).code != "ERR"


def test_a_frozen_account_stands_still(client, someone):
    client.call("AWARD", someone, "coin", 10)
    client.call("FREEZE", someone)
    for command in [
        ("AWARD", someone, "coin", 1),
        ("SPEND", someone, "coin", 1),
        ("HOLD", someone, "coin", 1),
        ("RECORD", someone, "quest", "difficulty=1", "place=x"),
        ("FACT", someone, "class", "mage"),
        ("TRANSFER", someone, someone + "b", "coin", 1),
    ]:
        assert client.refusal(*command).code == "FROZEN", command
    assert client.refusal("FREEZE", someone).code != "ERR"
    assert available(client, someone, "coin") == 10
    client.call("UNFREEZE", someone)
    client.call("SPEND", someone, "coin", 1)
    assert client.refusal("UNFREEZE", someone).code != "ERR"


def test_errors_quote_nothing_raw(client):
    """Text from outside is escaped: the reply stays one line, and requests and replies stay in step."""
    for nasty in ["a\r\n+OK", "a\n-ERR", "\x1b[31m", "a" * 5000, b"\xff\r\n", "\u202e"]:
        refused = client.refusal("AWARD", nasty, "coin", 1)
        assert refused.code == "BADARG"
        assert all(character.isprintable() for character in refused.line), refused.line
        assert client.refusal("AWARD", "alice", nasty, 1).code in ("BADARG", "UNDECLARED")
        assert client.refusal(nasty).line
    assert client.call("PING") == "PONG"


def test_wrong_numbers_of_arguments(client, someone):
    for command in [
        ("AWARD",), ("AWARD", someone), ("AWARD", someone, "coin"), ("SPEND", someone, "coin", 1, "FOR"),
        ("TRANSFER", someone, "coin", 1), ("SETTLE",), ("RELEASE",), ("RECORD", someone), ("FACT", someone, "class"),
        ("REVERSE",), ("FREEZE",), ("FORGET",), ("BALANCE", someone), ("PROFILE",), ("EVENT",), ("WHY", someone),
        ("HISTORY",),
    ]:
        assert client.refusal(*command).code in ("BADARG", "ERR"), command


def test_what_does_not_exist(client):
    for command in [("SETTLE", 10**12), ("RELEASE", 10**12), ("EVENT", 10**12)]:
        assert client.refusal(*command).code == "NOTFOUND"
    assert client.refusal("FLY", "me").line.startswith("ERR unknown command")


@pytest.mark.parametrize("value", [
    "9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "007", "-0", "-05", "00",
])
def test_a_fact_that_looks_like_a_number_is_one(client, someone, value):
    assert client.refusal("FACT", someone, "level", value).code == "BADARG"
    assert client.map("PROFILE", someone)["facts"] == {}


@pytest.mark.parametrize("value, told", [
    ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)), ("0", 0), ("-7", -7),
    ("-", "-"), ("1.5", "1.5"), ("7a", "7a"), ("--7", "--7"), ("7-", "7-"), ("1:2", "1:2"),
])
def test_a_fact_is_an_integer_or_a_name(client, someone, value, told):
    client.call("FACT", someone, "level", value)
    assert client.map("PROFILE", someone)["facts"] == {"level": told}


def test_an_account_of_a_lone_asterisk_could_not_be_read(client, someone):
    for command in [
        ("AWARD", "*", "coin", 1), ("TRANSFER", someone, "*", "coin", 1), ("FORGET", "*"), ("PROFILE", "*"),
        ("AWARD", someone, "coin", 1, "BY", "*"), ("RECORD", someone, "gift", "to=*", "amount=1"), ("XLEN", "log:*"),
        ("AWARD", "*/knight", "coin", 1),
    ]:
        assert client.refusal(*command).code == "BADARG", command
    for fine in ("**", "*a", someone + "*", someone + "/*"):
        client.call("AWARD", fine, "coin", 1)
