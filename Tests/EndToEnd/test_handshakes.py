"""What stock clients send on connecting is answered so that they proceed.

The fixtures say what each sends (`>`) and what it must get back (`<`) to go on:
`ok` · `any` (also an error, but never a closed connection) · `integer` · `pairs` (names and values) ·
`map KEY …` (at least these keys) · `text PART` (a string that contains it) · or the very reply.
"""

from pathlib import Path

import pytest

import resp

HANDSHAKES = sorted((Path(__file__).resolve().parents[2] / "fixtures/handshakes").glob("*.txt"))


def lines(path):
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            yield line[0], line[2:]


def check(expected, reply):
    word, _, rest = expected.partition(" ")
    if word == "any":
        return
    assert not isinstance(reply, resp.Refused), f"{expected}: {reply}"
    if word == "ok":
        assert reply == "OK"
    elif word == "integer":
        assert isinstance(reply, int)
    elif word == "pairs":
        assert isinstance(reply, dict) or len(reply) % 2 == 0, reply
    elif word == "map":
        mapped = reply if isinstance(reply, dict) else resp.pairs(reply)
        assert set(rest.split()) <= set(mapped)
        assert isinstance(mapped["id"], int) and isinstance(mapped["version"], str)
        assert (mapped["mode"], mapped["role"]) == ("standalone", "master")
    elif word == "text":
        assert rest in reply
        assert "loading:1" not in reply
    else:
        assert reply == expected


@pytest.mark.parametrize("path", HANDSHAKES, ids=lambda path: path.stem)
def test_a_recorded_handshake_goes_through(shared, path):
    with shared.client(protocol=2) as client:
        for direction, line in lines(path):
            if direction == ">":
                client.send(resp.frame(*line.split(" ")))
            else:
                check(line, client.reply())
        assert client.call("PING", "still here") == "still here"
