"""What a service manager does: passes sockets in, waits to be told, reloads, stops."""

import os
import signal
import socket
import subprocess
import threading
import time

import pytest

import daemon as daemons
import resp


def notified(listener, wanted, within=20.0):
    """Reads what the daemon tells its manager until a line `wanted` comes."""
    listener.settimeout(within)
    lines = []
    while wanted not in lines:
        lines += listener.recv(4096).decode().splitlines()
    return lines


@pytest.fixture
def manager(tmp_path_factory):
    path = f"/tmp/stele-notify-{os.getpid()}-{time.monotonic_ns()}"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    yield listener, path
    listener.close()
    os.unlink(path)


def test_it_says_when_it_is_ready_and_when_it_stops(make_daemon, manager):
    listener, path = manager
    daemon = make_daemon(start=False)
    daemon.spawn(environment={"NOTIFY_SOCKET": path})
    notified(listener, "READY=1")
    with daemon.client() as client:
        assert client.call("PING") == "PONG"
    assert daemon.stop() == 0
    notified(listener, "STOPPING=1")


def test_a_socket_that_was_opened_for_it_is_used_and_left_alone(make_daemon):
    daemon = make_daemon(start=False)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    daemon.scratch.mkdir(exist_ok=True)
    door.bind(str(daemon.socket))
    door.listen(64)
    # LISTEN_PID must be the daemon's own: bash becomes it by exec.
    script = 'export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=game; exec 3<&%d; exec "$@"' % door.fileno()
    command = [str(daemons.program("steled")), "--data", str(daemon.data), "--rules", str(daemon.rules)]
    os.set_inheritable(door.fileno(), True)
    daemon.process = subprocess.Popen(
        ["bash", "-c", script, "bash", *command], pass_fds=[door.fileno()],
        stderr=open(daemon.errors, "ab"), start_new_session=True,
        env={**os.environ, "SWIFT_BACKTRACE": "enable=no"},
    )
    door.close()
    with resp.Client(daemon.socket, protocol=3, timeout=20) as client:
        assert client.call("PING") == "PONG"
    assert daemon.stop() == 0
    assert daemon.socket.exists(), "who opened the socket removes it"


def test_sighup_reads_the_config_file_again(make_daemon, tmp_path):
    config = tmp_path / "config"
    config.write_text("# everybody\n")
    daemon = make_daemon(arguments=["--config", config])
    with daemon.client() as client:
        assert client.call("PING") == "PONG"
        config.write_text("game-users = 4242\naudit-users = 4242\noperate-users = 4242\n")
        daemon.process.send_signal(signal.SIGHUP)
        with pytest.raises((resp.Closed, ConnectionError, resp.Refused)):
            for _ in range(2_000):
                client.call("PING")
                time.sleep(0.005)
    config.write_text("# everybody again\n")
    daemon.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while True:
        try:
            with daemon.client() as client:
                assert client.call("PING") == "PONG"
                return
        except (resp.Closed, ConnectionError, resp.Refused):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_sigterm_under_load_answers_or_keeps_silent_and_exits_0(make_daemon):
    daemon = make_daemon()
    answered = []

    def load():
        try:
            with daemon.client() as client:
                for index in range(1_000_000):
                    answered.append(client.map("AWARD", "alice", "coin", 1, "KEY", f"k{index}")["seq"])
        except (resp.Closed, ConnectionError):
            pass

    thread = threading.Thread(target=load)
    thread.start()
    while len(answered) < 200:
        time.sleep(0.005)
    assert daemon.stop() == 0
    thread.join()
    daemon.start()
    with daemon.client() as client:
        had = client.map("BALANCE", "alice", "coin")["available"]
    assert len(answered) <= had <= len(answered) + 1
    # A clean stop leaves nothing to fold.
    assert ", 0 of them folded now" in daemon.said()


def test_a_second_daemon_is_told_who_holds_the_directory_and_the_socket(make_daemon):
    first = make_daemon()
    second = make_daemon(start=False, directory=None)
    second.data = first.data
    assert second.spawn().process.wait(20) == 73
    assert f"held by pid {first.process.pid} (steled)" in second.said()
    third = make_daemon(start=False)
    third.socket = first.socket
    assert third.spawn().process.wait(20) == 73
    assert f"{first.socket} is held by pid {first.process.pid}" in third.said()
    with first.client() as client:
        assert client.call("PING") == "PONG"


def test_a_socket_left_over_from_a_crash_is_nobodys(make_daemon):
    daemon = make_daemon()
    daemon.kill()
    assert daemon.socket.exists()
    daemon.start()
