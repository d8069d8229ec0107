"""A full disk: writes are refused with FULL before anything is at risk, reads go on, and room brings it back."""

import os
import pathlib
import subprocess
import tempfile
import time

import pytest

import crashing
import daemon as daemons
import resp

MEGABYTES = 96


@pytest.fixture
def small_disk():
    """A file system of its own, with little on it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stele-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("may not mount a file system here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def fill(folder, leave=0):
    """Takes all room but `leave` bytes; returns the file to remove."""
    filler = folder / "filler"
    with open(filler, "wb") as file:
        disk = os.statvfs(folder)
        left = disk.f_bavail * disk.f_frsize - leave
        try:
            os.posix_fallocate(file.fileno(), 0, max(left, 1))
        except OSError:
            pass
    return filler


def until_full(client, book, commands=200_000):
    """Keyed awards until even one alone is refused with FULL: where many don't fit, a few may still."""
    first = 0
    for count in (500, 1):
        while True:
            assert first < commands, "the disk never filled up"
            page = [(f"k{n}", ("AWARD", f"a{n % 50}", "coin", 1, "MEMO", "x" * 200)) for n in range(first, first + count)]
            replies = client.many([(*command, "KEY", key) for key, command in page])
            book.update((key, (command, reply)) for (key, command), reply in zip(page, replies))
            first += count
            if refused := [reply for reply in replies if isinstance(reply, resp.Refused)]:
                assert {reply.code for reply in refused} == {"FULL"}, refused[0]
                break


def test_a_full_disk_refuses_writes_and_nothing_else(small_disk):
    daemon = daemons.Daemon(directory=small_disk)
    daemon.start()
    try:
        with daemon.client(timeout=60) as client:
            client.call("AWARD", "a0", "coin", 1)
            filler = fill(small_disk)
            book = {}
            until_full(client, book)
            good = {key: entry for key, entry in book.items() if isinstance(entry[1], dict)}
            # Reads go on, from memory and from the log.
            total = sum(client.map("BALANCE", f"a{n}", "coin")["available"] for n in range(50))
            assert total == 1 + len(good)
            assert client.call("HISTORY", "a0", "COUNT", 5)
            assert client.call("XLEN", "log") > len(good)
            assert client.call("PING") == "PONG"
            assert client.refusal("AWARD", "a0", "coin", 1).code == "FULL"
            filler.unlink()
            deadline = time.monotonic() + 20
            while isinstance(reply := client.many([("AWARD", "a0", "coin", 1)])[0], resp.Refused):
                assert reply.code == "FULL" and time.monotonic() < deadline
                time.sleep(0.1)
            # What was refused may be asked for again; what was accepted is known.
            for key, (command, first) in list(book.items())[-600:]:
                again = client.map(*command, "KEY", key)
                assert again["duplicate"] is isinstance(first, dict)
        daemon.restart()
        crashing.Witness(daemon).read()
    finally:
        daemon.kill()


def test_starting_on_a_full_disk(small_disk):
    """It either starts and reads, or says why not; room makes it whole again."""
    daemon = daemons.Daemon(directory=small_disk)
    daemon.start()
    try:
        with daemon.client() as client:
            first = client.map("AWARD", "a", "coin", 5, "KEY", "k")
        daemon.kill()
        filler = fill(small_disk)
        daemon.errors = pathlib.Path(os.devnull)
        daemon.spawn()
        time.sleep(2)
        if daemon.process.poll() is None:
            with daemon.client() as client:
                assert client.map("BALANCE", "a", "coin")["available"] == 5
        daemon.kill()
        filler.unlink()
        daemon.start()
        with daemon.client() as client:
            assert client.map("AWARD", "a", "coin", 5, "KEY", "k") == first | {"duplicate": True}
            assert client.map("SPEND", "a", "coin", 1)["balances"] == {"coin": 4}
    finally:
        daemon.kill()


def test_a_small_disk_with_room_stores_the_state_of_many_accounts(small_disk):
    """What storing it may take is no more than all of it once again, however many accounts have changed."""
    daemon = daemons.Daemon(directory=small_disk)
    daemon.start()
    with daemon.client() as client:
        for start in range(0, 6_000, 500):
            client.many([("AWARD", f"account-{n}", "coin", 1) for n in range(start, start + 500)])
    assert daemon.stop() == 0
    assert "given up" not in daemon.said()
    daemon.start()
    assert "no stored state" not in daemon.said()
    with daemon.client() as client:
        assert client.call("BALANCE", "account-5999", "coin")["available"] == 1
    daemon.stop()
