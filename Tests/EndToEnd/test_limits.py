"""Hostile and unlucky clients: each meets a limit, and harms nobody else."""

import resource
import socket
import time

import pytest

import resp


def rss(daemon):
    """Resident bytes of the daemon."""
    for line in open(f"/proc/{daemon.process.pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024


def raw(shared):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(shared.socket))
    connection.settimeout(20)
    return connection


GARBAGE = {
    "text": b"hello there\r\n",
    "http": b"POST / HTTP/1.1\r\nHost: x\r\n\r\n*3\r\n$5\r\nAWARD\r\n",
    "inline": b"PING\r\n",
    "huge array": b"*2147483647\r\n",
    "huge bulk": b"*2\r\n$4\r\nECHO\r\n$2147483647\r\n",
    "overflowing": b"*1\r\n$18446744073709551617\r\n",
    "empty array": b"*0\r\n",
    "negative array": b"*-7\r\n",
    "negative bulk": b"*1\r\n$-2\r\n",
    "null bulk": b"*1\r\n$-1\r\n",
    "no number": b"*x\r\n",
    "plus": b"*+1\r\n$4\r\nPING\r\n",
    "leading zero": b"*01\r\n$4\r\nPING\r\n",
    "nested": b"*1\r\n" * 100_000,
    "integer": b"*1\r\n:5\r\n",
    "streamed": b"*?\r\n$4\r\nPING\r\n",
    "streamed bulk": b"*1\r\n$?\r\n;4\r\nPING\r\n;0\r\n",
    "map": b"%1\r\n$4\r\nPING\r\n$1\r\nx\r\n",
    "push": b">1\r\n$4\r\nPING\r\n",
    "attribute": b"|1\r\n$1\r\na\r\n$1\r\nb\r\n*1\r\n$4\r\nPING\r\n",
    "short bulk": b"*1\r\n$4\r\nPINGPONG\r\n",
    "bare newline": b"*1\n$4\nPING\n",
    "too many arguments": b"*129\r\n" + b"$1\r\nx\r\n" * 129,
    "frame above 64 KiB": b"*2\r\n$4\r\nECHO\r\n$70000\r\n" + b"x" * 70000 + b"\r\n",
    "a long line without end": b"*" + b"1" * 100_000,
    "zeros": bytes(100_000),
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_gets_an_error_and_the_door(shared, client, data):
    before = client.call("XLEN", "log")
    with raw(shared) as connection:
        try:
            connection.sendall(data + b"*4\r\n$5\r\nAWARD\r\n$7\r\nmallory\r\n$4\r\ncoin\r\n$1\r\n1\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        said = b""
        try:
            while more := connection.recv(1 << 16):
                said += more
        except ConnectionResetError:
            pass
        # One error, nothing executed after it; the kernel may have dropped it with what was never read.
        assert said == b"" or (said.startswith(b"-") and said.count(b"\r\n") == 1), said
    assert client.call("XLEN", "log") == before
    assert client.call("PING") == "PONG"


def test_one_byte_at_a_time_means_the_same(shared, someone):
    with shared.client() as client:
        for byte in resp.frame("AWARD", someone, "coin", 5, "KEY", "k") + resp.frame("BALANCE", someone, "coin"):
            client.send(bytes([byte]))
        assert client.reply()["balances"] == {"coin": 5}
        assert client.reply()["available"] == 5


def test_every_split_point_means_the_same(shared, someone):
    frames = resp.frame("AWARD", someone, "coin", 1) + resp.frame("PING")
    with shared.client() as client:
        for cut in range(1, len(frames)):
            client.send(frames[:cut])
            time.sleep(0.0005)
            client.send(frames[cut:])
            assert client.reply()["balances"] == {"coin": cut}
            assert client.reply() == "PONG"


def test_half_a_frame_is_not_waited_for_for_ever(daemon):
    with raw(daemon) as connection, daemon.client() as client:
        connection.sendall(b"*4\r\n$5\r\nAWARD\r\n$5\r\nali")
        began = time.monotonic()
        assert not connection.recv(1000).startswith(b"*")
        assert 3 < time.monotonic() - began < 19
        assert client.call("PING") == "PONG"


def test_ten_thousand_idle_connections(make_daemon):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    daemon = make_daemon()
    with daemon.client() as client:
        client.call("AWARD", "alice", "coin", 1)
        idle_bytes = rss(daemon)
        crowd = []
        try:
            while len(crowd) < 9_900:
                connection = socket.socket(socket.AF_UNIX)
                # With a timeout a full backlog would be an error instead of a wait.
                connection.connect(str(daemon.socket))
                connection.settimeout(20)
                crowd.append(connection)
            for connection in crowd[::1000]:
                connection.sendall(resp.frame("PING"))
                assert connection.recv(100) == b"+PONG\r\n"
            began = time.monotonic()
            for n in range(200):
                client.call("AWARD", "alice", "coin", 1)
            assert time.monotonic() - began < 10
            assert rss(daemon) - idle_bytes < 256 << 20
            # One more than the limit is turned away, politely or not; who is in stays in.
            extra = []
            for _ in range(300):
                connection = raw(daemon)
                extra.append(connection)
                try:
                    connection.sendall(resp.frame("PING"))
                except BrokenPipeError:
                    pass
            time.sleep(0.5)
            answers = []
            for connection in extra:
                try:
                    answers.append(connection.recv(200)[:1])
                except (ConnectionResetError, TimeoutError):
                    answers.append(b"")
            assert answers[0] == b"+" and answers[-1] in (b"", b"-"), answers
            assert client.call("PING") == "PONG"
        finally:
            for connection in crowd + (extra if "extra" in locals() else []):
                connection.close()
        time.sleep(0.5)
        assert client.map("BALANCE", "alice", "coin")["available"] == 201


def test_who_never_reads_harms_nobody(daemon):
    with daemon.client() as client:
        client.call("AWARD", "alice", "coin", 1)
        for _ in range(60):
            client.call("AWARD", "alice", "coin", 1)
        before = rss(daemon)
        flood = resp.frame("HISTORY", "alice", "COUNT", 60) * 64
        mute = raw(daemon)
        mute.settimeout(0.05)
        sent, deadline = 0, time.monotonic() + 8
        while time.monotonic() < deadline and sent < 60_000:
            try:
                mute.sendall(flood)
                sent += 64
            except (TimeoutError, BrokenPipeError, ConnectionResetError):
                began = time.monotonic()
                client.call("AWARD", "alice", "coin", 1)
                assert time.monotonic() - began < 3
                if sent == 0:
                    break
        assert rss(daemon) - before < 200 << 20
        mute.close()
        assert client.call("PING") == "PONG"


def test_a_plain_pipeline_may_send_everything_before_it_reads(daemon):
    with daemon.client() as client:
        replies = client.many([("AWARD", "alice", "coin", 1)] * 20_000)
        assert replies[-1]["balances"] == {"coin": 20_000}


def test_a_slow_reader_gets_everything(shared, client, someone):
    with shared.client(timeout=60) as slow:
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.send(resp.frame("AWARD", someone, "coin", 1) * 3000)
        for n in range(3000):
            if n % 100 == 0:
                time.sleep(0.01)
                assert client.call("PING") == "PONG"
            assert slow.reply()["balances"] == {"coin": n + 1}


def test_who_leaves_in_the_middle_leaves_the_commits(shared, client, someone):
    with shared.client(protocol=2) as leaving:
        leaving.send(resp.frame("AWARD", someone, "coin", 1) * 500 + b"*4\r\n$5\r\nAW")
    deadline = time.monotonic() + 10
    last = -1
    while last != (last := client.map("BALANCE", someone, "coin")["available"]) or last == 0:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert 0 <= last <= 500


def test_info_reports_the_limits(client):
    text = client.call("INFO", "limits").replace("\r", "")
    limits = dict(line.split(":", 1) for line in text.split("\n") if ":" in line)
    assert limits["connections_max"] == "10000"
    assert limits["frame_bytes_max"] == "65536" and limits["arguments_max"] == "128"
    assert limits["partial_frame_seconds"] == "10" and limits["group_commands_max"] == "1000"
    assert limits["event_bytes_max"] == "65535" and limits["account_bytes_max"] == "64"
    assert limits["rulebook_bytes_max"] == "1048576"

def test_what_a_rush_took_is_given_back_at_rest(daemon):
    before = rss(daemon)
    # Each has a buffer of 64 KiB for a request that it never finishes.
    rush = [raw(daemon) for _ in range(400)]
    for each in rush:
        each.sendall(b"*2\r\n$4\r\nECHO\r\n$60000\r\n" + bytes(50_000))
    with daemon.client() as client:
        assert client.call("PING") == "PONG"
        assert rss(daemon) - before > 16 << 20
        # What is allocated behind the buffers stays.
        client.many([("AWARD", f"account:{number}", "coin", 1) for number in range(3_000)])
    for each in rush:
        each.close()
    deadline = time.monotonic() + 20
    while rss(daemon) - before > 12 << 20 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert rss(daemon) - before <= 12 << 20
