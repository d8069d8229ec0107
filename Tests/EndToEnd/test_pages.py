"""Long pages: printed where they are read, and the same as short ones."""

import random

import pytest

import resp

ID = "jo"


def live(client, seed, rounds=60):
    """A bit of everything that an event may show."""
    draw = random.Random(seed)
    for n in range(rounds):
        account = f"p{draw.randrange(6)}"
        client.many([
            ("AWARD", account, "coin", 30, "MEMO", f"note {n} für {account}", "BY", f"gm{draw.randrange(3)}"),
            ("AWARD", account, "xp", draw.randrange(1, 9000), "KEY", f"k{n}"),
            ("RECORD", account, "quest", f"difficulty={draw.randrange(1, 6)}", f"place=place{draw.randrange(9)}"),
            ("RECORD", account, "letter", f"words=dear {n}"),
            ("RECORD", account, "gift", f"to=q{n}", "amount=3"),
            ("RECORD", account, "split", f"share={draw.randrange(1, 8)}"),
            ("TRANSFER", account, "p0", "gold:purse", 1),
            ("FACT", account, "class", draw.choice(["mage", "7", "thief"])),
            ("HOLD", account, "coin", 2),
            ("AWARD", ID, "coin", 1, "MEMO", "to be forgotten"),
        ])
    client.call("FORGET", ID)
    client.call("RULES", "PUT", open(__file__.replace("test_pages.py", "contract.json5")).read().replace("maintainer", "keeper"))
    for n in range(30):
        client.call("AWARD", f"new{n}", "xp", 30_000)


@pytest.fixture(scope="module")
def lived(request):
    import daemon as daemons

    daemon = daemons.Daemon().start()
    with daemon.client() as client:
        live(client, 7)
    yield daemon
    daemon.remove()


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("account", ["*", "p0", "p3"])
def test_a_long_history_is_its_short_pages(lived, protocol, account):
    with lived.client(protocol) as client:
        whole = client.call("HISTORY", account, "COUNT", 1000)
        assert len(whole) > 40
        pieces, before = [], ()
        while piece := client.call("HISTORY", account, "COUNT", 7, *before):
            pieces += piece
            seq = (piece[-1] if protocol == 3 else resp.pairs(piece[-1]))["seq"]
            if seq == 1:
                break
            before = ("BEFORE", seq)
        assert whole == pieces[: len(whole)]


@pytest.mark.parametrize("protocol", [2, 3])
def test_long_streams_are_their_short_pages(lived, protocol):
    with lived.client(protocol) as client:
        for stream in ("log", "log:p0", "log:p3"):
            whole = client.call("XRANGE", stream, "-", "+")
            assert len(whole) > 40
            pieces, start = [], "-"
            while piece := client.call("XRANGE", stream, start, "+", "COUNT", 9):
                pieces += piece
                start = "(" + piece[-1][0]
            assert whole == pieces[: len(whole)]
            back = client.call("XREVRANGE", stream, "+", "-", "COUNT", 1000)
            assert back[-50:] == list(reversed(pieces))[: len(back)][-50:]
        # Long and short answers beside each other, and one of nothing.
        head = client.call("XLEN", "log")
        read = client.call("XREAD", "STREAMS", "log:p0", "log", "log:p1", "log:p3", 0, head - 3, head, 0)
        read = read if protocol == 3 else dict(read)
        assert list(read) == ["log:p0", "log", "log:p3"]
        assert read["log:p0"] == client.call("XRANGE", "log:p0", "-", "+")
        assert read["log"] == client.call("XRANGE", "log", head - 2, "+")


def test_what_was_forgotten_is_not_in_a_long_page(lived):
    with lived.client() as client:
        events = client.call("HISTORY", "*", "COUNT", 1000)
        text = str(events)
        assert "'jo'" not in text and "to be forgotten" not in text and "'~" in text
        assert "note 3 für" in text and "dear 3" in text and "gm1" in text
        # Each rung under the name that its own rulebook gave it.
        reached = {rung["to"] for event in events for rung in event.get("rungs", []) if rung["ladder"] == "tier"}
        assert {"regular", "core", "maintainer", "keeper"} <= reached


def test_a_page_that_would_be_too_long_is_refused(make_daemon, tmp_path):
    rules = tmp_path / "letters.json5"
    rules.write_text("""{ edition: 1, title: "Letters",
        actions: { letter: { inputs: { %s } } } }""" % ", ".join(
        f'{name}: {{ type: "text", max_bytes: 4096 }}' for name in "abcdefgh"))
    with make_daemon(rules=rules).client() as client:
        client.many([
            ("RECORD", "alice", "letter", f"a={n:05}", *(f"{name}=" + "x" * 4096 for name in "bcdefgh"))
            for n in range(320)
        ])
        for read in [("HISTORY", "alice", "COUNT", 1000), ("HISTORY", "*", "COUNT", 1000), ("XRANGE", "log", "-", "+"),
                     ("XRANGE", "log:alice", "-", "+"), ("XREAD", "STREAMS", "log:alice", "0")]:
            refused = client.refusal(*read)
            assert (refused.code, refused.facts["max"]) == ("TOOBIG", str(8 << 20)), read
        newest = client.call("HISTORY", "alice", "COUNT", 200)
        assert [event["cause"]["inputs"]["a"] for event in newest] == [f"{n:05}" for n in range(319, 119, -1)]
        oldest = client.call("XRANGE", "log:alice", "-", "+", "COUNT", 200)
        assert len(oldest) == 200 and oldest[0][0] < oldest[-1][0]
        text = client.call("INFO", "limits")
        assert f"page_bytes_max:{8 << 20}" in text
