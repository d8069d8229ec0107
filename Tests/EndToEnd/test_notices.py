"""What is told: SUBSCRIBE and its like with stock clients, notices in the streams, shown fields."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
import redis

import daemon as daemons
import resp

RULES = Path(__file__).resolve().parent / "telling.json5"


@pytest.fixture(scope="module")
def telling():
    daemon = daemons.Daemon(rules=RULES).start()
    yield daemon
    daemon.remove()


@pytest.fixture
def client(telling):
    with telling.client() as client:
        yield client


def told(listener, count, within=10.0):
    """The next messages of a redis-py listener."""
    messages, deadline = [], time.monotonic() + within
    while len(messages) < count:
        message = listener.get_message(timeout=0.2)
        if message and message["type"] in ("message", "pmessage"):
            messages.append(message)
        assert time.monotonic() < deadline, f"only {messages}"
    return messages


def silent(listener, seconds=0.3):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        message = listener.get_message(timeout=0.05)
        assert not message or message["type"] not in ("message", "pmessage"), message
    return True


def fields(entry):
    flat = entry[1]
    return flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2]))


def stream_notices(client, account):
    """All that the account's stream tells, in order."""
    entries = client.call("XRANGE", f"log:{account}", "-", "+")
    return [notice for entry in entries for notice in json.loads(fields(entry).get("notices", "[]"))]


@pytest.mark.parametrize("protocol", [2, 3])
def test_redis_py_hears_what_happens(telling, client, someone, protocol):
    stock = redis.Redis(unix_socket_path=str(telling.socket), protocol=protocol, decode_responses=True)
    listener = stock.pubsub()
    listener.subscribe(f"account:{someone}", "notice:level_up")
    listener.psubscribe("notice:quest_*")
    for _ in range(3):
        assert listener.get_message(timeout=5)["type"] in ("subscribe", "psubscribe")
    seq = client.map("RECORD", someone, "quest", "kind=hard", "times=3", "tags=a,b")["seq"]
    messages = told(listener, 4)
    assert [(m["type"], m["pattern"], m["channel"]) for m in messages] == [
        ("message", None, f"account:{someone}"),
        ("pmessage", "notice:quest_*", "notice:quest_done"),
        ("message", None, f"account:{someone}"),
        ("message", None, "notice:level_up"),
    ]
    assert messages[0]["data"] == messages[1]["data"] and messages[2]["data"] == messages[3]["data"]
    done, up = json.loads(messages[0]["data"]), json.loads(messages[2]["data"])
    assert done == {
        "notice": "quest_done", "seq": seq, "account": someone, "kind": "hard", "times": 3, "share": 50,
        "tags": ["a", "b"], "items": [], "gains": {"xp": 150, "skill": 1, "easy": 0},
    }
    assert up == {
        "notice": "level_up", "seq": seq, "account": someone, "from": 1, "to": 2, "by": 1, "tier": "spark",
    }
    assert stream_notices(client, someone)[-2:] == [done, up]
    listener.unsubscribe(f"account:{someone}")
    listener.punsubscribe()
    client.call("RECORD", someone, "quest", "kind=easy")
    assert silent(listener)
    listener.close()
    stock.close()
    # What the next test counts.
    deadline = time.monotonic() + 10
    while "pubsub_clients:0" not in client.call("INFO", "clients"):
        assert time.monotonic() < deadline


def test_fractions_defaults_and_absent_inputs(client, someone):
    client.call("RECORD", someone, "quest", "kind=easy", "mood=merry")
    (notice,) = stream_notices(client, someone)
    assert notice["times"] == 1 and notice["share"] == "5/3" and notice["mood"] == "merry"
    assert notice["tags"] == [] and notice["gains"] == {"xp": 5, "skill": 1, "easy": 1}
    client.call("RECORD", someone, "quest", "kind=hard", "times=10")
    assert stream_notices(client, someone)[1]["items"] == ["ribbon"]
    assert "mood" not in stream_notices(client, someone)[1]


def test_each_account_that_it_is_true_of_is_told(telling, client, someone):
    friend = someone + "f"
    client.call("AWARD", friend, "xp", 95)
    client.call("RECORD", someone, "praise", f"to={friend}")
    seq = client.map("PROFILE", friend)["seq"]
    told_of_both = [
        {"notice": "level_up", "seq": seq, "account": friend, "from": 1, "to": 2, "by": 1, "tier": "spark"},
        {"notice": "richer", "seq": seq, "account": someone, "by": 1},
    ]
    # The event is in both streams, and so is what is told of either account.
    assert stream_notices(client, friend) == told_of_both == stream_notices(client, someone)


def test_offers_and_rewards(client, someone):
    client.call("AWARD", someone, "xp", 700)
    up, ready = stream_notices(client, someone)
    assert (up["notice"], up["to"], ready["notice"]) == ("level_up", 4, "ready")
    assert ready["rewards"] == [f"reward level={n} track=free" for n in (2, 3)] and ready["items"] == ["hat"]
    client.call("CLAIM", someone, "reward", "level=2", "track=free")
    client.call("CLAIM", someone, "prize", "id=cup")
    heard = [{k: v for k, v in n.items() if k not in ("seq", "account")} for n in stream_notices(client, someone)[2:]]
    assert heard == [
        {"notice": "claimed", "coins": 20, "items": []},
        {"notice": "claimed", "coins": -7, "items": ["cup"]},
        {"notice": "bought", "id": "cup", "price": 7, "left": 7},
    ]


def test_history_and_event_tell_it_too(client, someone):
    seq = client.map("AWARD", someone, "coins", 7)["seq"]
    expected = [{"notice": "richer", "seq": seq, "account": someone, "by": 7}]
    assert client.map("EVENT", seq)["notices"] == expected
    assert client.call("HISTORY", someone)[0]["notices"] == expected
    assert "notices" not in client.map("EVENT", client.map("AWARD", someone, "xp", 1)["seq"])


def test_redis_cli_subscribes(telling, client, someone):
    process = subprocess.Popen(
        ["redis-cli", "-s", str(telling.socket), "SUBSCRIBE", f"account:{someone}"],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )
    try:
        said = [process.stdout.readline().strip() for _ in range(3)]
        assert said == ["subscribe", f"account:{someone}", "1"]
        client.call("AWARD", someone, "coins", 3)
        said = [process.stdout.readline().strip() for _ in range(3)]
        assert said[:2] == ["message", f"account:{someone}"]
        assert json.loads(said[2])["by"] == 3
    finally:
        process.kill()
        process.wait()


def test_a_resp2_listener_may_say_little(telling):
    with resp.Client(telling.socket, protocol=2) as listener:
        assert listener.call("SUBSCRIBE", "account:a") == ["subscribe", "account:a", 1]
        assert listener.call("PSUBSCRIBE", "notice:*") == ["psubscribe", "notice:*", 2]
        assert listener.call("PING") == ["pong", ""]
        assert listener.call("PING", "hello") == ["pong", "hello"]
        for command in (("PROFILE", "a"), ("BALANCE", "a", "xp"), ("AWARD", "a", "xp", 1), ("MULTI",)):
            refused = listener.refusal(*command)
            assert "only (P|S)SUBSCRIBE" in refused.line
        assert listener.call("SUBSCRIBE", "account:a") == ["subscribe", "account:a", 2]
        assert listener.call("UNSUBSCRIBE", "account:never") == ["unsubscribe", "account:never", 2]
        assert listener.call("UNSUBSCRIBE") == ["unsubscribe", "account:a", 1]
        assert listener.call("UNSUBSCRIBE") == ["unsubscribe", None, 1]
        assert listener.call("PUNSUBSCRIBE") == ["punsubscribe", "notice:*", 0]
        assert listener.call("PING") == "PONG"
        assert listener.call("PROFILE", "a")
        listener.call("SUBSCRIBE", "account:a")
        assert listener.call("RESET") == "RESET"
        assert listener.call("PING") == "PONG"


def test_a_resp3_listener_goes_on_talking(telling, someone):
    with resp.Client(telling.socket, protocol=3) as listener:
        listener.send(resp.frame("SUBSCRIBE", f"account:{someone}"))
        assert listener.reply() == resp.Push(["subscribe", f"account:{someone}", 1])
        listener.send(resp.frame("AWARD", someone, "coins", 5))
        got = [listener.reply(), listener.reply()]
        push = next(one for one in got if isinstance(one, resp.Push))
        reply = next(one for one in got if not isinstance(one, resp.Push))
        assert push[:2] == ["message", f"account:{someone}"]
        assert json.loads(push[2])["seq"] == dict(reply)["seq"]


@pytest.mark.parametrize("channel", ["news", "account:", "account:~1", "account:a b", "notice:", "notice:a b", "notice:é", ""])
def test_channels_that_never_speak_are_refused(client, channel):
    assert client.refusal("SUBSCRIBE", "account:fine", channel).code == "BADARG"
    assert client.call("PUBSUB", "NUMSUB", "account:fine") == ["account:fine", 0]
    assert client.refusal("PSUBSCRIBE", "*", "").code == "BADARG"


def test_what_is_listened_to(telling, client, someone):
    with resp.Client(telling.socket, protocol=2) as one, resp.Client(telling.socket, protocol=2) as two:
        for listener in (one, two):
            listener.call("SUBSCRIBE", f"account:{someone}")
        two.call("PSUBSCRIBE", f"notice:[{someone}]*")
        assert client.call("PUBSUB", "CHANNELS", f"*{someone}") == [f"account:{someone}"]
        assert client.call("PUBSUB", "NUMSUB", f"account:{someone}", "notice:x") == [
            f"account:{someone}", 2, "notice:x", 0,
        ]
        assert client.call("PUBSUB", "NUMPAT") >= 1
        assert "pubsub_clients:2" in client.call("INFO", "clients")
        mine = [line for line in client.call("CLIENT", "LIST").splitlines() if " psub=1 " in line]
        assert len(mine) == 1 and " sub=1 " in mine[0] and " flags=P " in mine[0]
    deadline = time.monotonic() + 5
    while client.call("PUBSUB", "NUMSUB", f"account:{someone}")[1] != 0:
        assert time.monotonic() < deadline


def test_dry_runs_refusals_and_repetitions_tell_nothing(telling, client, someone):
    stock = redis.Redis(unix_socket_path=str(telling.socket), decode_responses=True)
    listener = stock.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(f"account:{someone}")
    client.call("AWARD", someone, "coins", 5, "KEY", "k")
    assert json.loads(told(listener, 1)[0]["data"])["by"] == 5
    client.call("AWARD", someone, "coins", 5, "DRYRUN")
    client.call("AWARD", someone, "coins", 5, "KEY", "k")
    client.refusal("SPEND", someone, "coins", 500)
    assert silent(listener)
    client.call("MULTI")
    client.call("AWARD", someone, "coins", 1)
    client.call("AWARD", someone, "coins", 2)
    client.call("EXEC")
    assert [json.loads(m["data"])["by"] for m in told(listener, 2)] == [1, 2]
    stock.close()


def test_all_is_told_once_and_in_order(telling, someone):
    """Under load of several clients: a listener of everything hears the log's notices, in its order."""
    stock = redis.Redis(unix_socket_path=str(telling.socket), decode_responses=True)
    listener = stock.pubsub(ignore_subscribe_messages=True)
    listener.psubscribe(f"account:{someone}*")
    listener.get_message(timeout=5)
    with telling.client() as one, telling.client() as two:
        commands = [resp.frame("AWARD", f"{someone}{n % 7}", "coins", n + 1) for n in range(1500)]
        one.send(b"".join(commands[::2]))
        two.send(b"".join(commands[1::2]))
        for index in range(1500):
            (one, two)[index % 2].reply()
        heard = [json.loads(message["data"]) for message in told(listener, 1500, within=60)]
    sequences = [notice["seq"] for notice in heard]
    assert sequences == sorted(set(sequences)) and len(sequences) == 1500
    assert sorted(notice["by"] for notice in heard) == list(range(1, 1501))
    stock.close()


def test_who_does_not_listen_is_cut_off_and_catches_up(make_daemon):
    daemon = make_daemon(rules=RULES)
    with daemon.client(timeout=60) as client, daemon.client() as deaf:
        limits = dict(line.split(":") for line in client.call("INFO", "limits").split("\r\n") if ":" in line)
        limit = int(limits["subscriber_output_bytes_max"])
        deaf.send(b"".join(resp.frame("PSUBSCRIBE", f"*{'?' * n}") for n in range(20)))
        time.sleep(0.2)
        sent = 0
        while "subscribers_cut_off:1" not in client.call("INFO", "stats"):
            assert sent * 100 < limit, "it was never cut off"
            client.many([("AWARD", "a", "coins", 1)] * 1000)
            sent += 1000
        assert "pubsub_clients:0" in client.call("INFO", "clients")
        # It was closed, and all that it missed is in the log.
        with pytest.raises((resp.Closed, ConnectionResetError)):
            while True:
                deaf.reply()
        missed, after = 0, "-"
        while page := client.call("XRANGE", "log:a", after, "+", "COUNT", 1000):
            missed += sum("notices" in fields(entry) for entry in page)
            after = f"({page[-1][0]}"
        assert missed == sent
        client.call("AWARD", "a", "coins", 1)


def test_shown_fields(client, someone):
    nobody = client.map("PROFILE", someone)
    assert nobody["total"] == 0 and nobody["rank"] == "ember" and nobody["clan"] == "none"
    assert nobody["ratio"] == 0 and nobody["is_rich"] is False and "impossible" not in nobody
    first = client.map("AWARD", someone, "xp", 100)["seq"]
    client.call("AWARD", someone, "coins", 100)
    client.call("FACT", someone, "clan", "owls")
    now = client.map("PROFILE", someone)
    assert (now["total"], now["ratio"], now["rank"], now["clan"]) == (1100, "100/7", "spark", "owls")
    assert now["is_rich"] is True and now["impossible"] == "1/100"
    then = client.map("PROFILE", someone, "ASOF", first)
    assert (then["total"], then["rank"], then["clan"], then["is_rich"]) == (100, "spark", "none", False)


WRONG = {
    "show: { seq: '1' }": "is there already",
    "show: { a: \"available('xp', parent)\" }": "an account is needed here",
    "show: { a: \"posted('xp')\" }": "is for notices",
    "notices: { a: { on: ['quets'] } }": "did you mean 'quest'?",
    "notices: { a: { on: ['quest', 'quest'] } }": "is here already",
    "notices: { a: { fields: { seq: '1' } } }": "is there already",
    "notices: { a: { on: ['quest'], fields: { x: 'hidden' } } }": "there is no input, step or variable 'hidden'",
    "notices: { a: { on: ['quest'], fields: { x: 'note' } } }": "a text, which rules can't read",
    "notices: { a: { fields: { x: \"available('xp')\" } } }": "a notice says the same whenever it is told",
    "notices: { a: { fields: { x: \"posted('xq')\" } } }": "there is no currency 'xq'",
    "notices: { a: { when: \"moved('lvel')\" } }": "did you mean 'level'?",
    "notices: { a: { fields: { x: { list: 'granded' } } } }": "did you mean 'granted'?",
    "notices: { a: { what: 1 } }": "what",
    "migrations: { m: { fields: { a: 'int' }, gives: [{ rung: 'lev', value: 1 }] } }": "lev",
    "migrations: { m: { let: { a: 'b' } } }": "there is no input, step or variable 'b'",
}


@pytest.mark.parametrize("part", WRONG)
def test_mistakes_are_reported(client, part):
    rules = """{ edition: 1, currencies: { xp: {} }, ladders: { level: { of: "earned('xp')", tail: 100 } },
      actions: { quest: { inputs: { kind: 'name', note: 'text' }, let: { hidden: '1' } } }, %s }""" % part
    answer = client.map("RULES", "CHECK", rules)
    said = [mistake["message"] for mistake in answer["mistakes"]]
    assert not answer["valid"] and any(WRONG[part] in message for message in said), said


def test_stele_listens_until_it_is_interrupted(telling, client, someone):
    command = [str(daemons.program("stele")), "--socket", str(telling.socket), "--json"]
    process = subprocess.Popen(
        [*command, "psubscribe", f"account:{someone}*"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 10
    while client.call("PUBSUB", "NUMPAT") == 0:
        assert time.monotonic() < deadline
    seqs = [client.map("AWARD", f"{someone}{n}", "coins", n)["seq"] for n in (1, 2)]
    heard = [json.loads(process.stdout.readline()) for _ in seqs]
    assert [notice["seq"] for notice in heard] == seqs and heard[1]["account"] == f"{someone}2"
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    refused = subprocess.run([*command, "subscribe", "nonsense"], capture_output=True, text=True, timeout=20)
    assert refused.returncode == 3 and "BADARG" in refused.stdout + refused.stderr


def test_how_much_may_be_listened_to(make_daemon):
    daemon = make_daemon(rules=RULES)
    with daemon.client() as client:
        limits = dict(line.split(":") for line in client.call("INFO", "limits").split("\r\n") if ":" in line)
    own, total = int(limits["patterns_max"]), int(limits["patterns_total_max"])
    listeners = [resp.Client(daemon.socket, protocol=3) for _ in range(total // own + 1)]
    for index, listener in enumerate(listeners[:-1]):
        for n in range(own):
            listener.call("PSUBSCRIBE", f"account:{index}.{n}*")
        assert listener.refusal("PSUBSCRIBE", "one-more").code == "TOOBIG"
    last = listeners[-1]
    assert last.refusal("PSUBSCRIBE", "one-more").code == "BUSY"
    names = [f"account:{n}" for n in range(int(limits["channels_max"]))]
    for at in range(0, len(names), 100):
        last.send(resp.frame("SUBSCRIBE", *names[at : at + 100]))
        for _ in names[at : at + 100]:
            assert last.reply()[0] == "subscribe"
    assert last.refusal("SUBSCRIBE", "account:x").code == "TOOBIG"
    last.call("AWARD", "7", "coins", 1)
    assert last.reply()[:2] == ["message", "account:7"]
    for listener in listeners:
        listener.close()
