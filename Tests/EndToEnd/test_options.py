"""KEY, EXPECT, AT, DRYRUN, BY, MEMO, CAUSE, and groups by MULTI/EXEC."""

import time

import pytest

import resp


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def test_a_key_makes_a_command_known_for_ever(daemon):
    command = ("AWARD", "alice", "coin", 5, "KEY", "order-1")
    with daemon.client() as client:
        first = client.map(*command)
        client.call("AWARD", "alice", "coin", 100)
        again = client.map(*command)
        assert again == first | {"duplicate": True}
        length = client.call("XLEN", "log")
    for gently in (False, True):
        daemon.restart(gently)
        with daemon.client() as client:
            assert client.map(*command) == first | {"duplicate": True}
            assert client.call("XLEN", "log") == length
            assert client.refusal("AWARD", "alice", "coin", 6, "KEY", "order-1").code == "KEYREUSED"
            assert client.refusal("SPEND", "alice", "coin", 5, "KEY", "order-1").code == "KEYREUSED"


def test_a_key_survives_the_loss_of_all_state(daemon):
    import shutil

    command = ("RECORD", "alice", "quest", "difficulty=5", "place=cave", "KEY", "k")
    with daemon.client() as client:
        first = client.map(*command)
    daemon.stop()
    shutil.rmtree(daemon.data / "state")
    daemon.start()
    with daemon.client() as client:
        assert client.map(*command) == first | {"duplicate": True}


def test_a_key_belongs_to_the_account(client, someone):
    client.call("AWARD", someone, "coin", 5, "KEY", "k")
    assert client.map("AWARD", someone + "b", "coin", 5, "KEY", "k")["duplicate"] is False


def test_what_a_key_looks_at(client, someone):
    first = client.map("RECORD", someone, "quest", "difficulty=1", "place=x", "KEY", "k", "MEMO", "one")
    for again in [
        ("RECORD", someone, "quest", "place=x", "difficulty=1", "KEY", "k"),
        ("record", someone, "quest", "difficulty=1", "KEY", "k", "place=x", "MEMO", "two", "CAUSE", first["seq"]),
        ("RECORD", someone, "quest", "difficulty=1", "place=x", "KEY", "k", "EXPECT", 0),
    ]:
        assert client.map(*again) == first | {"duplicate": True}
    for other in [
        ("RECORD", someone, "quest", "difficulty=2", "place=x", "KEY", "k"),
        ("RECORD", someone, "quest", "difficulty=1", "place=y", "KEY", "k"),
    ]:
        assert client.refusal(*other).code == "KEYREUSED"


def test_what_happens_once_is_not_said_otherwise(make_daemon, tmp_path):
    rules = tmp_path / "rules.json5"
    rules.write_text("""{
      edition: 1, currencies: { xp: {} },
      actions: { tale: { inputs: { story: "name", words: "int" }, once: ["story"], gives: [{ balance: "xp", amount: "words" }] } },
    }""")
    with make_daemon(rules=rules).client() as client:
        first = client.map("RECORD", "ada", "tale", "story=fox", "words=5")
        assert client.map("RECORD", "ada", "tale", "words=5", "story=fox") == first | {"duplicate": True}
        for key in [(), ("KEY", "k")]:
            refused = client.refusal("RECORD", "ada", "tale", "story=fox", "words=6", *key)
            assert (refused.code, refused.facts) == ("KEYREUSED", {"event": str(first["seq"])})
            assert "recorded before" in str(refused) and "KEY was" not in str(refused)
        client.call("RECORD", "ada", "tale", "story=owl", "words=1", "KEY", "k")
        refused = client.refusal("RECORD", "ada", "tale", "story=hen", "words=1", "KEY", "k")
        assert refused.code == "KEYREUSED" and "the KEY was used before" in str(refused)
        client.call("MULTI")
        client.call("RECORD", "ada", "tale", "story=fox", "words=7")
        refused = client.refusal("EXEC")
        assert refused.code == "KEYREUSED" and "recorded before" in str(refused)


def test_a_refusal_is_not_remembered(client, someone):
    command = ("SPEND", someone, "coin", 5, "KEY", "k")
    assert client.refusal(*command).code == "INSUFFICIENT"
    client.call("AWARD", someone, "coin", 5)
    assert client.map(*command)["duplicate"] is False
    assert client.map(*command)["duplicate"] is True


def test_keys_within_one_pipeline(client, someone):
    replies = client.many([("AWARD", someone, "coin", 5, "KEY", "k")] * 3 + [("BALANCE", someone, "coin")])
    assert [reply["duplicate"] for reply in replies[:3]] == [False, True, True]
    assert replies[0] | {"duplicate": True} == replies[1] == replies[2]
    assert replies[3]["available"] == 5


def test_a_key_of_settle_release_and_reverse(client, someone):
    award = client.map("AWARD", someone, "coin", 50)
    hold = client.map("HOLD", someone, "coin", 10, "KEY", "h")
    for command in [
        ("HOLD", someone, "coin", 10, "KEY", "h"),
        ("SETTLE", hold["seq"], 4, "KEY", "s"),
        ("REVERSE", award["seq"], 3, "KEY", "r"),
        ("FACT", someone, "class", "mage", "KEY", "f"),
    ]:
        first = client.map(*command)
        assert client.map(*command) == first | {"duplicate": True}


def test_once_works_like_a_key(client, someone):
    first = client.map("RECORD", someone, "trophy", "cup=gold")
    assert client.map("RECORD", someone, "trophy", "cup=gold") == first | {"duplicate": True}
    assert client.map("RECORD", someone, "trophy", "cup=silver")["duplicate"] is False


@pytest.mark.parametrize("key", ["", "x" * 129])
def test_a_key_has_its_length(client, someone, key):
    assert client.refusal("AWARD", someone, "coin", 1, "KEY", key).code in ("BADARG", "TOOBIG")


def test_expect_compares_with_the_last_event(client, someone):
    first = client.map("AWARD", someone, "coin", 5, "EXPECT", 0)
    assert client.refusal("AWARD", someone, "coin", 5, "EXPECT", 0).code == "CONFLICT"
    second = client.map("AWARD", someone, "coin", 5, "EXPECT", first["seq"])
    assert client.refusal("AWARD", someone, "coin", 5, "EXPECT", first["seq"]).code == "CONFLICT"
    assert client.map("PROFILE", someone)["seq"] == second["seq"]


def test_at_says_when_it_happened(client, someone):
    reply = client.map("AWARD", someone, "coin", 5, "AT", "2020-02-29T12:00:00Z")
    event = client.map("EVENT", reply["seq"])
    assert event["at"].startswith("2020-02-29T12:00:00")
    assert not event["time"].startswith("2020")
    micro = client.map("AWARD", someone, "coin", 5, "AT", "@1582977600000001")
    assert client.map("EVENT", micro["seq"])["at"] == "2020-02-29T12:00:00.000001Z"


@pytest.mark.parametrize(
    "when", ["tomorrow", "2020-02-30T12:00:00Z", "2020-02-29", "2020-02-29T12:00:00", "12", "@", "@-1", "", "@1x"]
)
def test_at_is_a_time(client, someone, when):
    assert client.refusal("AWARD", someone, "coin", 5, "AT", when).code == "BADARG"


def test_at_is_not_later_than_now(client, someone):
    assert client.refusal("AWARD", someone, "coin", 5, "AT", stamp(time.time() + 3600)).code == "BADARG"


def test_options_are_keywords_of_any_case(client, someone):
    first = client.map("award", someone, "coin", 5, "key", "k", "Memo", "from the fair", "bY", someone + "b")
    event = client.map("EVENT", first["seq"])
    assert event["memo"] == "from the fair" and event["by"] == someone + "b"
    for command in [
        ("KEY", "a", "KEY", "b"), ("DRYRUN", "DRYRUN"), ("MEMO",), ("KEY",), ("FROM", "x"), ("x=1",),
        ("MEMO", "x" * 256), ("EXPECT", "x"), ("EXPECT", "-1"), ("CAUSE", "x"), ("BY", "a b"), ("UNTIL", stamp(time.time() + 60)),
    ]:
        assert client.refusal("AWARD", someone, "coin", 5, *command).code in ("BADARG", "TOOBIG"), command


def test_a_cause_is_an_event(client, someone):
    first = client.map("AWARD", someone, "coin", 5)
    second = client.map("AWARD", someone, "coin", 5, "CAUSE", first["seq"])
    assert client.map("EVENT", second["seq"])["cause"]["of"] == first["seq"]
    assert client.refusal("AWARD", someone, "coin", 5, "CAUSE", 10**12).code == "NOTFOUND"


def test_a_dry_run_writes_nothing(client, someone):
    client.call("AWARD", someone, "coin", 5)
    for command in [
        ("AWARD", someone, "xp", 600),
        ("SPEND", someone, "coin", 3),
        ("RECORD", someone, "quest", "difficulty=1", "place=x"),
        ("AWARD", someone + "new", "coin", 3),
    ]:
        before = client.call("XLEN", "log"), client.map("PROFILE", command[1])
        dry = client.map(*command, "DRYRUN")
        assert (client.call("XLEN", "log"), client.map("PROFILE", command[1])) == before
        wet = client.map(*command)
        for part in ("duplicate", "changes", "balances", "reached", "explain"):
            assert dry.get(part) == wet.get(part), command
    assert client.refusal("SPEND", someone, "coin", 300, "DRYRUN").code == "INSUFFICIENT"


def test_a_group_is_all_or_none(client, someone):
    a, b = someone + "a", someone + "b"
    replies = client.transaction([("AWARD", a, "coin", 10), ("TRANSFER", a, b, "coin", 4), ("SPEND", b, "coin", 1)])
    assert replies[1]["balances"] == {"coin": 6, f"{b} coin": 4}
    assert replies[2]["balances"] == {"coin": 3}
    before = client.call("XLEN", "log")
    with pytest.raises(resp.Refused) as refused:
        client.transaction([("AWARD", a, "coin", 10), ("SPEND", b, "coin", 100), ("AWARD", b, "coin", 1)])
    assert refused.value.code == "INSUFFICIENT"
    assert refused.value.line.split(" ")[1] == "command=2"
    assert client.call("XLEN", "log") == before
    assert client.map("BALANCE", a, "coin")["available"] == 6


def test_expect_in_a_group_compares_with_the_state_before(client, someone):
    first = client.map("AWARD", someone, "coin", 1)
    replies = client.transaction(
        [("AWARD", someone, "coin", 1, "EXPECT", first["seq"]), ("AWARD", someone, "coin", 1, "EXPECT", first["seq"])]
    )
    assert replies[1]["balances"] == {"coin": 3}


def test_keys_of_a_group(client, someone):
    commands = [("AWARD", someone, "coin", 1, "KEY", "1"), ("AWARD", someone, "coin", 2, "KEY", "2")]
    first = client.transaction(commands)
    assert client.transaction(commands) == [reply | {"duplicate": True} for reply in first]
    client.call("AWARD", someone, "coin", 3, "KEY", "3")
    for mixture in [
        [commands[0], ("AWARD", someone, "coin", 9, "KEY", "new")],
        [commands[0], ("AWARD", someone, "coin", 3, "KEY", "3")],
        [commands[0], ("AWARD", someone, "coin", 9, "KEY", "2")],
    ]:
        with pytest.raises(resp.Refused) as refused:
            client.transaction(mixture)
        assert refused.value.code == "KEYREUSED", mixture
    for unlike in [
        [("AWARD", someone, "coin", 1, "KEY", "7"), ("AWARD", someone, "coin", 1)],
        [("AWARD", someone, "coin", 1, "DRYRUN"), ("AWARD", someone, "coin", 1)],
    ]:
        with pytest.raises(resp.Refused) as refused:
            client.transaction(unlike, check=False)
        assert refused.value.code in ("BADARG", "EXECABORT", "KEYREUSED"), unlike
    assert client.map("BALANCE", someone, "coin")["available"] == 6


def test_a_dry_group(client, someone):
    before = client.call("XLEN", "log")
    dry = client.transaction([("AWARD", someone, "coin", 5, "DRYRUN"), ("SPEND", someone, "coin", 2, "DRYRUN")])
    assert dry[1]["balances"] == {"coin": 3}
    assert client.call("XLEN", "log") == before


def test_multi_exec_manners(client, someone):
    assert client.refusal("EXEC").line.startswith("ERR EXEC without MULTI")
    assert client.refusal("DISCARD").line.startswith("ERR DISCARD without MULTI")
    watch = client.refusal("WATCH", "log")
    assert "EXPECT" in watch.line
    assert client.many([("MULTI",), ("AWARD", someone, "coin", 1), ("DISCARD",)]) == ["OK", "QUEUED", "OK"]
    replies = client.many([("MULTI",), ("AWARD", someone, "coin", 1), ("NOSUCH",), ("EXEC",)])
    assert isinstance(replies[2], resp.Refused) and replies[3].code == "EXECABORT"
    nested = client.many([("MULTI",), ("MULTI",), ("DISCARD",)])
    assert isinstance(nested[1], resp.Refused)
    assert client.map("PROFILE", someone)["seq"] == 0
    assert client.transaction([]) == []


def test_reads_in_a_group(client, someone):
    replies = client.transaction([("AWARD", someone, "coin", 5), ("BALANCE", someone, "coin"), ("PING",)])
    assert replies[1]["available"] == 5 and replies[2] == "PONG"


def test_a_group_has_at_most_a_thousand_commands(client, someone):
    replies = client.transaction([("AWARD", someone, "coin", 1)] * 1000)
    assert replies[-1]["balances"] == {"coin": 1000}
    answers = client.many([("MULTI",), *[("AWARD", someone, "coin", 1)] * 1001, ("EXEC",)])
    assert isinstance(answers[-1], resp.Refused)
    assert client.map("BALANCE", someone, "coin")["available"] == 1000


def test_a_group_opens_accounts_and_its_events_are_one_batch(client, someone):
    replies = client.transaction([("AWARD", f"{someone}{n}", "coin", n + 1) for n in range(20)])
    assert [reply["balances"]["coin"] for reply in replies] == list(range(1, 21))


@pytest.mark.parametrize("twice", [("AWARD", "coin", 5, "KEY", "k"), ("RECORD", "trophy", "cup=gold")], ids=["key", "once"])
def test_a_key_twice_in_one_group(client, someone, twice):
    verb, *rest = twice
    command = (verb, someone, *rest)
    key = ("KEY", "j") if "KEY" in command else ()
    before = client.call("XLEN", "log")
    for dry in ((), ("DRYRUN",)):
        group = [(*command, *dry), ("PING",), ("AWARD", someone, "coin", 1, *key, *dry), (*command, *dry)]
        with pytest.raises(resp.Refused) as refused:
            client.transaction(group)
        # It names the command, and no event: none of them stands.
        assert (refused.value.code, refused.value.facts) == ("KEYREUSED", {"command": "4"})
        assert client.call("XLEN", "log") == before
    # Another account's key is another key.
    other = (verb, someone + "b", *rest)
    assert [reply["duplicate"] for reply in client.transaction([command, other])] == [False, False]


def test_a_group_known_in_part_names_who_is_known(client, someone):
    known = client.map("AWARD", someone, "coin", 1, "KEY", "1")
    with pytest.raises(resp.Refused) as refused:
        client.transaction([("PING",), ("AWARD", someone, "coin", 2, "KEY", "2"), ("AWARD", someone, "coin", 1, "KEY", "1")])
    assert refused.value.code == "KEYREUSED"
    assert refused.value.facts == {"command": "3", "event": str(known["seq"])}


def test_a_group_may_take_back_what_it_did_itself(client, someone):
    client.call("AWARD", someone, "coin", 1)
    head = client.call("XLEN", "log")
    replies = client.transaction(
        [("AWARD", someone, "coin", 10), ("REVERSE", head + 1, 4), ("HOLD", someone, "coin", 2), ("SETTLE", head + 3, 1)]
    )
    assert [reply["balances"]["coin"] for reply in replies] == [11, 7, 5, 6]
    with pytest.raises(resp.Refused) as refused:
        client.transaction([("AWARD", someone, "coin", 10), ("REVERSE", head + 99)])
    assert (refused.value.code, refused.value.facts["command"]) == ("NOTFOUND", "2")
    assert client.map("BALANCE", someone, "coin")["available"] == 6


def test_a_group_is_no_larger_than_a_batch(make_daemon, tmp_path):
    """Each command brings in forty words, each an event of its own."""
    rules = tmp_path / "many.json5"
    names = [f"n{index}" for index in range(40)]
    rules.write_text("{ edition: 1, title: 'Many', currencies: { c: { facets: 'open' } }, actions: { a: { inputs: { %s }, posts: [%s] } } }" % (
        ", ".join(f"{name}: 'name'" for name in names),
        ", ".join(f"{{ balance: 'c:<{name}>', amount: '1' }}" for name in names)))
    with make_daemon(rules=rules).client() as client:
        def group(size, tag):
            return [("RECORD", "alice", "a", *(f"{name}={tag}.{index}.{name}" for name in names)) for index in range(size)]

        head = client.call("XLEN", "log")
        with pytest.raises(resp.Refused) as refused:
            client.transaction(group(420, "x"))
        assert (refused.value.code, refused.value.facts["max"]) == ("TOOBIG", "16384")
        assert client.call("XLEN", "log") == head
        # What fits beside nothing else also fits when others have begun the batch.
        client.send(resp.frame("AWARD", "alice", "nothing", 1) + resp.frame("RECORD", "bob", "a", *(f"{n}=b" for n in names)))
        replies = client.transaction(group(380, "y")) if (client.reply(), client.reply()) else None
        assert len(replies) == 380


def test_at_the_beginning_of_time_is_not_no_time(client, someone):
    client.call("AWARD", someone, "coin", 1, "KEY", "k", "AT", "@0")
    assert client.map("AWARD", someone, "coin", 1, "KEY", "k", "AT", "@0")["duplicate"] is True
    assert client.refusal("AWARD", someone, "coin", 1, "KEY", "k").code == "KEYREUSED"
    assert client.refusal("AWARD", someone, "coin", 1, "KEY", "k", "AT", "@1").code == "KEYREUSED"


def test_what_stands_alone_takes_no_arguments(client):
    for name in ("MULTI", "EXEC", "DISCARD", "TIME", "RESET", "QUIT"):
        assert client.refusal(name, "x").line == f"ERR wrong number of arguments for '{name.lower()}' command"
    assert client.call("PING") == "PONG"
