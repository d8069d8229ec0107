"""The log as Redis streams: XRANGE, XREVRANGE, XREAD with BLOCK, XLEN, XINFO STREAM."""

import json
import threading
import time

import pytest


@pytest.fixture
def alice(client, someone):
    return someone, [client.map("AWARD", someone, "coin", n)["seq"] for n in (1, 2, 3, 4, 5)]


def ids(entries):
    return [entry[0] for entry in entries]


def fields(entry):
    flat = entry[1]
    return flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2]))


def test_an_accounts_stream(client, alice):
    account, seqs = alice
    stream = f"log:{account}"
    entries = client.call("XRANGE", stream, "-", "+")
    assert ids(entries)[-5:] == [f"{seq}-0" for seq in seqs]
    assert client.call("XLEN", stream) == len(entries)
    last = fields(entries[-1])
    assert last["kind"] == "award" and last["account"] == account
    assert json.loads(last["postings"])[0]["amount"] in (5, "5")
    assert ids(client.call("XREVRANGE", stream, "+", "-", "COUNT", 2)) == [f"{seqs[4]}-0", f"{seqs[3]}-0"]
    assert ids(client.call("XRANGE", stream, seqs[1], seqs[3])) == [f"{seq}-0" for seq in seqs[1:4]]
    assert ids(client.call("XRANGE", stream, f"({seqs[1]}-0", "+", "COUNT", 1)) == [f"{seqs[2]}-0"]
    assert ids(client.call("XREVRANGE", stream, f"({seqs[1]}-0", f"{seqs[0]}-0")) == [f"{seqs[0]}-0"]
    assert client.call("XRANGE", stream, seqs[4] + 1, "+") == []


def test_the_whole_log(client, alice):
    length = client.call("XLEN", "log")
    first = client.call("XRANGE", "log", "-", "+", "COUNT", 3)
    assert ids(first) == ["1-0", "2-0", "3-0"]
    assert fields(first[0])["kind"] == "genesis"
    assert ids(client.call("XREVRANGE", "log", "+", "-", "COUNT", 1)) == [f"{length}-0"]
    everything, after = [], "-"
    while page := client.call("XRANGE", "log", after, "+", "COUNT", 100):
        everything += ids(page)
        after = f"({page[-1][0]}"
    assert everything == [f"{seq}-0" for seq in range(1, length + 1)]


def test_reading_on(client, alice):
    account, seqs = alice
    read = client.call("XREAD", "COUNT", 2, "STREAMS", f"log:{account}", f"{seqs[0]}-0")
    assert ids(read[f"log:{account}"]) == [f"{seqs[1]}-0", f"{seqs[2]}-0"]
    both = client.call("XREAD", "STREAMS", "log", f"log:{account}", seqs[3], seqs[3])
    assert list(both) == ["log", f"log:{account}"]
    assert client.call("XREAD", "STREAMS", f"log:{account}", seqs[4]) is None
    assert client.call("XREAD", "STREAMS", f"log:{account}", "$") is None


def test_waiting_for_news(shared, client, alice):
    account, seqs = alice
    began = time.monotonic()
    assert client.call("XREAD", "BLOCK", 80, "STREAMS", f"log:{account}", "$") is None
    assert 0.07 < time.monotonic() - began < 3
    got = {}

    def wait(stream):
        with shared.client() as waiting:
            got[stream] = waiting.call("XREAD", "BLOCK", 10_000, "STREAMS", stream, "$")

    threads = [threading.Thread(target=wait, args=[stream]) for stream in ("log", f"log:{account}")]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    seq = client.map("AWARD", account, "coin", 9)["seq"]
    for thread in threads:
        thread.join(10)
    assert got == {stream: {stream: got[stream][stream]} for stream in ("log", f"log:{account}")}
    assert all(ids(reply[stream])[0] == f"{seq}-0" for stream, reply in got.items())


def test_a_blocked_reader_does_not_hold_others_up(shared, client, someone):
    with shared.client() as waiting:
        waiting.send(b"*6\r\n$5\r\nXREAD\r\n$5\r\nBLOCK\r\n$1\r\n0\r\n$7\r\nSTREAMS\r\n$3\r\nlog\r\n$1\r\n$\r\n")
        time.sleep(0.1)
        seq = client.map("AWARD", someone, "coin", 1)["seq"]
        entries = waiting.reply()["log"]
        assert seq - 2 <= int(ids(entries)[0].split("-")[0]) <= seq


def test_the_card_of_a_stream(client, alice):
    account, seqs = alice
    card = client.map("XINFO", "STREAM", f"log:{account}")
    assert card["length"] == client.call("XLEN", f"log:{account}")
    assert card["last-generated-id"] == f"{seqs[-1]}-0"
    assert card["last-entry"][0] == f"{seqs[-1]}-0"
    whole = client.map("XINFO", "STREAM", "log")
    assert whole["first-entry"][0] == "1-0"


def test_nobody_writes_to_a_stream(client):
    for command in [("XADD", "log", "*", "a", "b"), ("XDEL", "log", "1-0"), ("XTRIM", "log", "MAXLEN", "0"),
                    ("DEL", "log"), ("FLUSHALL",), ("SET", "a", "b")]:
        assert client.refusal(*command).line.startswith("ERR unknown command"), command


@pytest.mark.parametrize(
    "command",
    [
        ("XRANGE", "log"), ("XRANGE", "log", "x", "+"), ("XRANGE", "other", "-", "+"),
        ("XRANGE", "log", "-", "+", "COUNT", "x"),
        ("XREAD", "STREAMS", "log"), ("XREAD", "BLOCK", "-1", "STREAMS", "log", "0"), ("XREAD", "log", "0"),
        ("XRANGE", "log", "1-0-0", "+"), ("XINFO", "STREAM", "other"), ("XINFO", "FLY", "log"), ("XLEN",),
    ],
)
def test_malformed_stream_reads(client, command):
    assert client.refusal(*command).code in ("BADARG", "ERR", "NOTFOUND", "UNDECLARED")
