"""Every read: what it answers for those seen and those never seen, now and as of then."""

import time

import pytest

import resp


@pytest.fixture
def alice(client, someone):
    """An account with a small life; the replies of its events in order."""
    life = [
        client.map("AWARD", someone, "xp", 120),
        client.map("AWARD", someone, "gold:purse", 40, "MEMO", "starter"),
        client.map("SPEND", someone, "gold:purse", 15, "FOR", "lamp"),
        client.map("RECORD", someone, "quest", "difficulty=4", "place=cave", "BY", someone + "gm"),
        client.map("FACT", someone, "class", "mage"),
    ]
    return someone, life


def test_an_account_never_seen_is_empty(client, someone):
    before = client.call("XLEN", "log")
    assert client.map("BALANCE", someone, "coin") == {"earned": 0, "spent": 0, "held": 0, "available": 0}
    profile = client.map("PROFILE", someone)
    assert profile["seq"] == 0
    assert profile["ladders"]["level"]["rung"] == 1
    assert profile["ladders"]["tier"]["rung"] == "newcomer"
    assert client.call("HISTORY", someone) == []
    assert client.call("XLEN", f"log:{someone}") == 0
    assert client.call("XLEN", "log") == before
    assert client.refusal("BALANCE", someone, "nothing").code == "UNDECLARED"


def test_a_profile(client, alice):
    account, life = alice
    profile = client.map("PROFILE", account)
    assert profile["balances"]["xp"] == 160 or profile["balances"]["xp"]["available"] == 160
    assert profile["seq"] == life[-1]["seq"]
    assert profile["facts"] == {"class": "mage"}
    level = profile["ladders"]["level"]
    assert (level["rung"], level["floor"], level["next"], level["remaining"]) == (2, 100, 300, 140)
    assert level["progress"] in (60, "60", "3/10")


def test_history_runs_backwards(client, alice):
    account, life = alice
    events = client.call("HISTORY", account)
    seqs = [event["seq"] for event in events]
    assert seqs == sorted(seqs, reverse=True)
    assert [event["seq"] for event in events if event["kind"] != "account"] == [e["seq"] for e in reversed(life)]
    assert [e["seq"] for e in client.call("HISTORY", account, "COUNT", 2)] == seqs[:2]
    assert [e["seq"] for e in client.call("HISTORY", account, "BEFORE", seqs[1])] == seqs[2:]
    assert {e["kind"] for e in client.call("HISTORY", account, "KIND", "spend")} == {"spend"}
    with_coin = client.call("HISTORY", account, "CURRENCY", "gold")
    assert [e["seq"] for e in with_coin] == [life[2]["seq"], life[1]["seq"]]
    assert [e["seq"] for e in client.call("HISTORY", account, "BY", account + "gm")] == [life[3]["seq"]]
    assert [e["seq"] for e in client.call("HISTORY", account, "SINCE", life[3]["time"])] == seqs[:2]
    for wrong in [("COUNT", "0"), ("COUNT", "x"), ("KIND", "song"), ("CURRENCY", "tin"), ("BEFORE", "x"), ("SINCE", "x"), ("WHAT", "x")]:
        assert client.refusal("HISTORY", account, *wrong).code in ("BADARG", "UNDECLARED"), wrong


def test_the_whole_ledgers_history(client, alice):
    newest = client.call("HISTORY", "*", "COUNT", 3)
    length = client.call("XLEN", "log")
    assert [event["seq"] for event in newest] == [length, length - 1, length - 2]
    one = client.call("HISTORY", "*", "COUNT", 1, "KIND", "genesis")
    assert one[0]["seq"] == 1


def test_an_event(client, alice):
    account, life = alice
    event = client.map("EVENT", life[2]["seq"])
    assert event["seq"] == life[2]["seq"] and event["time"] == life[2]["time"]
    assert (event["kind"], event["account"], event["cause"]["name"]) == ("spend", account, "lamp")
    posting = event["postings"][0]
    assert (posting["account"], posting["balance"], posting["side"], posting["amount"]) == (
        account, "gold:purse", "spend", 15,
    )
    climbed = client.map("EVENT", life[0]["seq"])
    assert climbed["rungs"]
    assert client.map("EVENT", life[1]["seq"])["memo"] == "starter"
    assert client.map("EVENT", 1)["kind"] == "genesis"
    for wrong in ["0", "-1", "x", ""]:
        assert client.refusal("EVENT", wrong).code in ("BADARG", "NOTFOUND")


def test_why(client, alice):
    account, life = alice
    why = client.call("WHY", account, "gold:purse")
    text = str(why)
    assert str(life[1]["seq"]) in text and str(life[2]["seq"]) in text
    assert client.refusal("WHY", account, "nothing").code == "UNDECLARED"


def test_as_of_a_sequence_number_and_a_time(client, alice):
    account, life = alice
    purse = ("BALANCE", account, "gold:purse")
    assert client.map(*purse, "ASOF", life[0]["seq"])["available"] == 0
    assert client.map(*purse, "ASOF", life[1]["seq"])["available"] == 40
    assert client.map(*purse, "ASOF", life[2]["seq"]) == {"earned": 40, "spent": 15, "held": 0, "available": 25}
    assert client.map(*purse, "ASOF", life[1]["time"])["available"] in (40, 25)  # events at that time included
    assert client.map(*purse, "ASOF", "2001-01-01T00:00:00Z")["available"] == 0
    then = client.map("PROFILE", account, "ASOF", life[1]["seq"])
    assert then["seq"] == life[1]["seq"] and "class" not in then.get("facts", {})
    assert then["ladders"]["level"]["rung"] == 2
    before = client.map("PROFILE", account, "ASOF", life[0]["seq"] - 2)
    assert before["seq"] == 0 and before["ladders"]["level"]["rung"] == 1
    events = client.call("HISTORY", account, "ASOF", life[2]["seq"])
    assert client.call("HISTORY", account, "ASOF", "2001-01-01T00:00:00Z") == []
    timed = client.call("HISTORY", account, "ASOF", life[2]["time"])
    assert [event["seq"] for event in timed][-len(events):] == [event["seq"] for event in events]
    assert client.refusal("HISTORY", account, "BEFORE", 0).code == "BADARG"
    assert events[0]["seq"] == life[2]["seq"]
    for wrong in ["x", "-1", ""]:
        assert client.refusal(*purse, "ASOF", wrong).code == "BADARG"


def test_rules_are_listed_read_checked_and_put(daemon):
    from pathlib import Path

    text = Path(daemon.rules).read_text()
    with daemon.client() as client:
        listed = client.call("RULES", "LIST")
        assert len(listed) == 1
        assert client.call("RULES", "GET") == text or text in str(client.call("RULES", "GET"))
        assert client.call("RULES", "CHECK", text)["valid"] is True
        broken = text.replace("coin:", "co in:", 1) + "}"
        checked = client.call("RULES", "CHECK", broken)
        assert checked["valid"] is False
        assert all(mistake["line"] > 0 and mistake["message"] for mistake in checked["mistakes"])
        assert client.refusal("RULES", "PUT", broken).code == "RULES"
        largest = text + " " * ((1 << 20) - len(text))
        assert client.call("RULES", "CHECK", largest)["valid"] is True
        assert client.refusal("RULES", "PUT", largest + " ").code == "RULES"
        length = client.call("XLEN", "log")
        client.call("AWARD", "alice", "coin", 1)
        changed = text + "\n// A second edition.\n"
        client.call("RULES", "PUT", changed)
        assert len(client.call("RULES", "LIST")) == 2
        assert client.call("XLEN", "log") > length
        assert client.map("AWARD", "alice", "coin", 1)["balances"] == {"coin": 2}
    daemon.restart()
    with daemon.client() as client:
        assert len(client.call("RULES", "LIST")) == 2
    assert "RULES PUT" in daemon.said()  # a different FILE is a warning that names it


def test_info_and_manners(client):
    info = client.call("INFO")
    fields = dict(line.split(":", 1) for line in info.replace("\r", "").split("\n") if ":" in line)
    assert fields["redis_version"]
    assert client.call("PING") == "PONG" and client.call("PING", "x") == "x"
    assert client.call("ECHO", "x") == "x"
    assert client.call("SELECT", 0) == "OK"
    assert isinstance(client.refusal("SELECT", 1), resp.Refused)
    assert client.call("CLIENT", "SETNAME", "me") == "OK"
    assert client.call("CLIENT", "GETNAME") == "me"
    assert client.call("CLIENT", "ID") > 0
    assert client.refusal("HELLO", 4).code == "NOPROTO"
    assert client.call("RESET") == "RESET"


def test_hello_changes_the_language(shared):
    with shared.client(protocol=2) as client:
        assert isinstance(client.call("BALANCE", "alice", "coin"), list)
        assert client.call("HELLO", 3)["proto"] == 3
        assert isinstance(client.call("BALANCE", "alice", "coin"), dict)
        assert resp.pairs(client.call("HELLO", 2))["proto"] == 2
        flat = client.call("AWARD", "alice", "coin", 1)
        assert flat[0] == "seq" and not resp.pairs(flat)["duplicate"]


def test_quit_ends_the_connection(shared):
    with shared.client() as client:
        assert client.call("QUIT") == "OK"
        assert client.until_closed() == b""


def test_commands_document_themselves(client):
    docs = client.call("COMMAND", "DOCS")
    for name in ("award", "spend", "transfer", "hold", "settle", "release", "record", "fact", "reverse", "freeze",
                 "unfreeze", "forget", "balance", "profile", "history", "event", "why", "xrange", "xread", "rules"):
        assert name in docs, name
        assert docs[name]["summary"] and ("arguments" in docs[name] or "subcommands" in docs[name])
    assert client.call("COMMAND", "COUNT") == len(client.call("COMMAND"))
    assert set(client.call("COMMAND", "DOCS", "award")) == {"award"}


def test_reads_are_never_stale(client, someone):
    """A read behind a write in the same pipeline sees it, again and again."""
    for round_ in range(1, 40):
        award, balance, history = client.many(
            [("AWARD", someone, "coin", 1), ("BALANCE", someone, "coin"), ("HISTORY", someone, "COUNT", 1)]
        )
        assert balance["available"] == round_ and history[0]["seq"] == award["seq"]


def test_projections_are_rebuilt(daemon):
    with daemon.client() as client:
        for n in range(50):
            client.call("AWARD", f"p{n % 7}", "coin", n + 1)
        before = [client.map("PROFILE", f"p{n}") for n in range(7)]
        client.call("PROJECTION", "LIST")
        client.call("PROJECTION", "REBUILD", "accounts")
        deadline = time.monotonic() + 5
        while [client.map("PROFILE", f"p{n}") for n in range(7)] != before:
            assert time.monotonic() < deadline


def test_rules_without_a_currency_leave_what_accounts_have_of_it(make_daemon):
    daemon = make_daemon()
    with daemon.client() as client:
        client.call("AWARD", "alice", "coin", 7)
        client.call("RULES", "PUT", "{ edition: 1, title: 'nothing' }")
        assert client.refusal("AWARD", "alice", "coin", 1).code == "UNDECLARED"
        assert client.map("BALANCE", "alice", "coin")["available"] == 7
        assert client.map("PROFILE", "alice")["balances"]["coin"]["available"] == 7
        assert client.refusal("BALANCE", "alice", "nothing").code == "UNDECLARED"


def test_a_ladder_climbed_by_a_formula_shows_how_far_it_is(make_daemon, tmp_path):
    rules = tmp_path / "renown.json5"
    rules.write_text("""{ edition: 1, title: "Renown",
        currencies: { xp: { raw: ["game", "operate"] }, coin: { raw: ["game", "operate"] } },
        ladders: { renown: { of: "earned('xp') + 10 * available('coin')", tail: 100, cap: 50 } } }""")
    with make_daemon(rules=rules).client() as client:
        def renown(*asof):
            return client.map("PROFILE", "alice", *asof)["ladders"]["renown"]

        assert renown() == {"rung": 1, "floor": 0, "next": 100, "progress": 0, "remaining": 100}
        first = client.map("AWARD", "alice", "xp", 130)
        client.call("AWARD", "alice", "coin", 9)
        assert renown() == {"rung": 3, "floor": 200, "next": 300, "progress": 20, "remaining": 80}
        assert renown("ASOF", first["seq"]) == {"rung": 2, "floor": 100, "next": 200, "progress": 30, "remaining": 70}
        client.call("AWARD", "alice", "xp", 10_000)
        assert renown() == {"rung": 50, "floor": 4900, "progress": 5320}


@pytest.mark.parametrize("read", [("BALANCE", "coin"), ("PROFILE",), ("WHY", "coin"), ("HISTORY",)], ids=lambda r: r[0])
def test_the_future_is_not_told(client, someone, read):
    verb, *rest = read
    last = client.map("AWARD", someone, "coin", 5)
    ask = (verb, someone, *rest, "ASOF")
    for there in (last["seq"], last["time"], 1):
        client.call(*ask, there)
    head = client.call("XLEN", "log")
    for far in (head + 1, 10**9, (1 << 63) - 1):
        refused = client.refusal(*ask, far)
        assert (refused.code, refused.facts["event"], refused.facts["last"]) == ("NOTFOUND", str(far), str(head))
    for when in (f"@{int((time.time() + 60) * 1e6)}", "4000-01-01T00:00:00Z"):
        refused = client.refusal(*ask, when)
        assert refused.code == "BADARG" and "future" in refused.sentence
    # Nor of accounts that were never seen, whose answer could change as well.
    assert client.refusal(verb, someone + "new", *rest, "ASOF", head + 1).code == "NOTFOUND"


def test_what_rules_make_can_be_asked_for(client, someone):
    """A name has segments, and may be a facet."""
    reply = client.map("RECORD", someone, "quest", "difficulty=2", "place=north:tower")
    assert reply["balances"]["reputation:north:tower"] == 20
    for read in [("BALANCE", someone, "reputation:north:tower"), ("BALANCE", someone, "reputation:north:tower", "ASOF", reply["seq"])]:
        assert client.map(*read)["available"] == 20
    assert client.call("WHY", someone, "reputation:north:tower")["causes"][0]["earned"] == 20
    assert client.map("AWARD", someone, "reputation:north:tower", 5)["balances"] == {"reputation:north:tower": 25}
    for wrong in ("reputation:north:", "reputation::tower", ":north", "reputation:" + "x" * 33, "a:" + "x:" * 70 + "x"):
        assert client.refusal("BALANCE", someone, wrong).code == "BADARG", wrong


def test_a_balance_that_cannot_be_is_not_zero(client, someone):
    for verb in ("BALANCE", "WHY"):
        for account in (someone, someone + "new"):
            refused = client.refusal(verb, account, "gold")
            assert refused.code == "UNDECLARED" and "divided" in refused.sentence
    assert client.map("BALANCE", someone, "gold:never")["available"] == 0


def test_words_are_refused_by_the_name_they_were_given(client, someone):
    for arguments, named in [
        (("HISTORY", someone, "BEFORE", "x"), "before"), (("HISTORY", someone, "BY", "a b"), "by"),
        (("HISTORY", someone, "what", "x"), "what"), (("PROFILE", someone, "bob"), "bob"),
        (("XREAD", "COUNT", "1", "count", "2", "STREAMS", "log", "0"), "COUNT"),
        (("XREAD", "BLOCK", "1", "BLOCK", "2", "STREAMS", "log", "0"), "BLOCK"),
    ]:
        refused = client.refusal(*arguments)
        assert (refused.code, refused.facts["argument"]) == ("BADARG", named), arguments
    # A word that is no currency, and a misspelt one, of whomever it is asked.
    for account in (someone, someone + "new", "*"):
        for wrong in ("quest", "purse", "tin"):
            assert client.refusal("HISTORY", account, "CURRENCY", wrong).code == "UNDECLARED"
