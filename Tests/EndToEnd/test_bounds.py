"""Each limit that INFO reports: at it, one under, one over; and who has to wait."""

import contextlib
import signal
import socket
import subprocess
import time

import pytest

import resp


def raw(daemon):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(daemon.socket))
    connection.settimeout(20)
    return connection


def limits_of(client):
    text = client.call("INFO", "limits").replace("\r", "")
    return {name: int(value) for name, value in (line.split(":", 1) for line in text.split("\n") if ":" in line)}


def stats_of(client):
    text = client.call("INFO", "stats").replace("\r", "")
    return {name: int(value) for name, value in (line.split(":", 1) for line in text.split("\n") if ":" in line)}


def test_a_request_of_exactly_64_kib(shared, client):
    """At the limit, one under, one over; the frame counts from its * to its last line feed."""
    most = limits_of(client)["frame_bytes_max"]
    around = len(resp.frame("ECHO", "x" * 65_000)) - 65_000
    for size in (most - 1, most):
        text = "x" * (size - around)
        assert len(resp.frame("ECHO", text)) == size
        assert client.call("ECHO", text) == text
    with shared.client() as other:
        # It is answered, and the connection closed, before the last of it is there.
        with contextlib.suppress(resp.Closed):
            other.send(resp.frame("ECHO", "x" * (most + 1 - around)))
        assert other.reply().code == "ERR"
        assert other.until_closed() == b""


def test_128_arguments(shared, client, someone):
    most = limits_of(client)["arguments_max"]
    inputs = [f"i{n}=1" for n in range(most - 3)]
    # As many as may be are read, and judged.
    assert client.refusal("RECORD", someone, "quest", *inputs[:-1]).code == "BADARG"
    assert client.refusal("RECORD", someone, "quest", *inputs).code == "BADARG"
    with shared.client() as other:
        other.send(resp.frame("RECORD", someone, "quest", *inputs, "one=more"))
        assert other.reply().code == "ERR"
        assert other.until_closed() == b""


@pytest.mark.parametrize("limit, command", [
    ("account_bytes_max", lambda text, who: ("AWARD", text, "coin", 1)),
    ("key_bytes_max", lambda text, who: ("AWARD", who, "coin", 1, "KEY", text)),
    ("memo_bytes_max", lambda text, who: ("AWARD", who, "coin", 1, "MEMO", text)),
])
@pytest.mark.parametrize("letter", ["x", "é", "🐉"])
def test_texts_have_their_length_in_bytes(client, someone, limit, command, letter):
    most = limits_of(client)[limit]
    width = len(letter.encode())
    text = someone[:8] + letter * ((most - 8) // width)
    text += "y" * (most - len(text.encode()))
    client.call(*command(text[:-1], someone))
    client.call(*command(text, someone))
    assert client.refusal(*command(text + "y", someone)).code == "BADARG"


def test_a_thousand_commands_in_a_group(client, someone):
    most = limits_of(client)["group_commands_max"]
    for count in (most - 1, most):
        assert len(client.transaction([("AWARD", someone, "coin", 1)] * count)) == count
    replies = client.many([("MULTI",), *[("AWARD", someone, "coin", 1)] * (most + 1), ("EXEC",)])
    assert replies[-2].code == "TOOBIG" and replies[-1].code == "EXECABORT"
    assert client.map("BALANCE", someone, "coin")["available"] == 2 * most - 1


def test_a_thousand_rows_in_a_page(client, someone):
    most = limits_of(client)["page_rows_max"]
    client.many([("AWARD", someone, "coin", 1)] * (most + 5))
    for count, rows in [(1, 1), (most - 1, most - 1), (most, most), (most + 1, most), (2**62, most)]:
        assert len(client.call("HISTORY", someone, "COUNT", count)) == rows
        assert len(client.call("XRANGE", f"log:{someone}", "-", "+", "COUNT", count)) == rows
    assert len(client.call("XRANGE", f"log:{someone}", "-", "+")) == most
    assert client.refusal("HISTORY", someone, "COUNT", 2**63).code == "BADARG"


def test_operators_find_room_in_a_full_house(make_daemon, tmp_path):
    config = tmp_path / "config"
    config.write_text("connections-max = 20\n")
    daemon = make_daemon(doors=True, arguments=["--config", config])
    inside = [resp.Client(daemon.socket) for _ in range(12)]
    for turned_away in range(3):
        assert raw(daemon).recv(100).startswith(b"-ERR max number of clients reached")
    operators = [resp.Client(daemon.operate_socket) for _ in range(8)]
    door = socket.socket(socket.AF_UNIX)
    door.connect(str(daemon.operate_socket))
    assert door.recv(100).startswith(b"-ERR max number")
    assert operators[-1].call("PING") == inside[0].call("PING") == "PONG"
    # Who leaves makes room.
    inside.pop().close()
    time.sleep(0.1)
    with resp.Client(daemon.socket) as again:
        assert again.call("PING") == "PONG"


def test_a_user_has_as_many_connections_as_the_config_says(make_daemon, tmp_path):
    config = tmp_path / "config"
    config.write_text("user-connections-max = 3\n")
    daemon = make_daemon(arguments=["--config", config])
    clients = [daemon.client() for _ in range(3)]
    assert limits_of(clients[0])["user_connections_max"] == 3
    assert raw(daemon).recv(100).startswith(b"-ERR max number of clients reached")
    clients.pop().close()
    time.sleep(0.1)
    with daemon.client() as again:
        assert again.call("PING") == "PONG"


@pytest.mark.parametrize("setting, command", [
    ("user-events-per-second = 200", ("AWARD", "alice", "coin", 1)),
    ("user-bytes-per-second = 8000", ("PING", "x" * 30)),
])
def test_a_user_is_kept_waiting_beyond_the_share_of_a_second(make_daemon, tmp_path, setting, command):
    config = tmp_path / "config"
    config.write_text(setting + "\n")
    daemon = make_daemon(arguments=["--config", config])
    with daemon.client() as client, daemon.client() as other:
        client.many([("AWARD", "alice", "coin", 1)])
        began = time.monotonic()
        replies = client.many([command] * 800)  # four seconds' worth, one of them in advance
        assert not any(isinstance(reply, resp.Refused) for reply in replies)
        assert time.monotonic() - began > 1.5
        assert stats_of(other)["rationings"] > 0


def test_waiting_for_the_disk_is_no_unfinished_request(make_daemon):
    """A repeated KEY waits for the commit of its first; a slow disk must not look like a slow client."""
    daemon = make_daemon()
    with daemon.client() as client:
        client.call("AWARD", "alice", "coin", 1)
        daemon.process.send_signal(signal.SIGSTOP)  # so that both commands arrive together
        client.send(resp.frame("AWARD", "alice", "coin", 2, "KEY", "k") * 2)
        slow = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(daemon.process.pid),
             "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_exit=12000000"])
        time.sleep(1)
        daemon.process.send_signal(signal.SIGCONT)
        try:
            first, second = client.reply(), client.reply()
            assert second == first | {"duplicate": True}
        finally:
            slow.terminate()
            slow.wait()
