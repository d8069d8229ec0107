"""STATS: what was awarded, who stands where, who did most."""

import time
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parent / "boards.json5"


@pytest.fixture
def client(make_daemon):
    with make_daemon(rules=RULES).client() as client:
        yield client


def test_an_empty_ledger(client):
    stats = client.map("STATS")
    assert stats["accounts"] == 0 and stats["awarded"] == {} and stats["active"] == []
    assert client.refusal("STATS", "SINCE", "x").code == "BADARG"
    assert client.refusal("STATS", "now").code == "BADARG"


def test_counts_are_those_of_what_was_done(client):
    for index in range(30):
        client.call("AWARD", f"p{index:02}", "points", 10 * index + 1)
    seq = client.map("AWARD", "p00", "points", 5000)["seq"]
    client.call("REVERSE", seq, 1000)
    client.call("SPEND", "p29", "points", 7)
    client.call("AWARD", "p01", "score:chess", 4)
    client.call("AWARD", "p02", "score:go", 6)
    client.call("FORGET", "p28")
    stats = client.map("STATS")
    assert stats["accounts"] == 29
    assert stats["awarded"] == {"points": sum(10 * i + 1 for i in range(30)) + 4000, "score": 10}
    # p00 reached the top; of the others those from 101 on are in the middle, but for p28, who is forgotten.
    assert stats["ladders"] == {"level": {"low": 9, "middle": 19, "high": 1}}
    assert stats["active"][0] == {"account": "p00", "events": 4}
    assert len(stats["active"]) == 10
    assert stats["earners"]["points"][:2] == [{"account": "p00", "amount": 4001}, {"account": "p29", "amount": 291}]
    assert stats["earners"]["score"] == [{"account": "p02", "amount": 6}, {"account": "p01", "amount": 4}]


def test_since_counts_what_was_recorded_since(client):
    client.call("AWARD", "ann", "points", 100)
    client.call("AWARD", "bob", "points", 3)
    time.sleep(0.01)
    since = f"@{int(time.time() * 1e6)}"
    empty = client.map("STATS", "SINCE", since)
    assert empty["awarded"] == {} and empty["active"] == [] and empty["earners"] == {}
    assert empty["ladders"]["level"] == {"low": 1, "middle": 1}
    client.call("AWARD", "bob", "points", 5)
    client.call("AWARD", "bob", "points", 6)
    client.call("TRANSFER", "ann", "bob", "points", 50)
    client.call("SPEND", "ann", "points", 1)
    stats = client.map("STATS", "SINCE", since)
    assert stats["awarded"] == {"points": 11}
    assert stats["active"] == [{"account": "bob", "events": 3}, {"account": "ann", "events": 2}]
    assert stats["earners"] == {"points": [{"account": "bob", "amount": 11}]}
    everything = client.map("STATS", "SINCE", "@0")
    assert everything["awarded"] == client.map("STATS")["awarded"] == {"points": 114}


def test_many_at_once_and_in_resp2(make_daemon):
    daemon = make_daemon(rules=RULES)
    with daemon.client(protocol=2) as client:
        client.many([("AWARD", f"p{index}", "points", 1) for index in range(1_500)])
        asked = [("STATS",), ("STATS", "SINCE", "@0"), ("TOP", "points", "COUNT", 1)] * 5
        for command, reply in zip(asked, client.many(asked)):
            fields = dict(zip(reply[::2], reply[1::2])) if command[0] == "STATS" else {}
            assert fields.get("accounts", 1_500) == 1_500 and len(reply) >= 1
