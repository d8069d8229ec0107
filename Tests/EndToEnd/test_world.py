"""The world around the daemon goes wrong: its clock, its files, those who read beside it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import lmdb
import pytest

import resp

HERE = Path(__file__).resolve().parent


def info(client, section):
    text = client.call("INFO", section).replace("\r", "")
    return dict(line.split(":", 1) for line in text.split("\n") if ":" in line)


def until(condition, within=15.0):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# The clock


@pytest.fixture(scope="module")
def wrong_clock(tmp_path_factory):
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "clock.c", "-ldl"], check=True)
    return library


def seconds(stamp):
    return time.mktime(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


def test_a_leap_of_the_clock_waits_for_an_operator(make_daemon, wrong_clock, tmp_path):
    ahead = tmp_path / "ahead"
    ahead.write_text("0")
    daemon = make_daemon(start=False)
    daemon.start(environment={"LD_PRELOAD": str(wrong_clock), "CLOCK_FILE": str(ahead)})
    with daemon.client() as client:
        def now():
            return seconds(client.map("AWARD", "alice", "coin", 1)["time"]) - time.time()

        assert abs(now()) < 5
        ahead.write_text("40")  # believed: it is corrections that are of that size
        assert 30 < now() < 50
        ahead.write_text(str(10 * 365 * 86_400))
        assert 30 < now() < 50
        assert int(info(client, "server")["clock_held_back_usec"]) > 9 * 365 * 86_400 * 10**6
        assert daemon.said().count("the clock went forward by 3153") == 1
        # AT and ASOF go by the ledger's time, too.
        year = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 365 * 86_400))
        assert client.refusal("AWARD", "alice", "coin", 1, "AT", year).code == "BADARG"
        assert client.refusal("BALANCE", "alice", "coin", "ASOF", year).code == "BADARG"
        ahead.write_text("20")  # it comes back by itself; the ledger's time never goes backwards
        assert 10 < now() < 50
        assert info(client, "server")["clock_held_back_usec"] == "0"
        ahead.write_text("100000")
        assert now() < 50
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: now() > 90_000)


# Files


def test_a_file_cut_short_under_the_daemon_ends_it_with_a_line(daemon):
    with daemon.client() as client:
        client.many([("AWARD", f"p{n}", "coin", 1) for n in range(2_000)])
        os.truncate(daemon.data / "log" / "data.mdb", 8192)
        try:
            client.call("HISTORY", "*", "COUNT", 1000)
            raise AssertionError("read what isn't there")
        except resp.Closed:
            pass
    assert daemon.process.wait(20) == 76
    lines = [line for line in daemon.said().splitlines() if "SIGBUS" in line]
    assert len(lines) == 1 and lines[0].startswith("steled: ")
    # The next start finds out why, before it maps anything.
    assert daemon.spawn().process.wait(20) == 75
    assert "log truncated" in daemon.said()


# Readers


def hold_a_reader(daemon):
    """A process that reads the log and doesn't end."""
    script = (
        "import lmdb, sys, time\n"
        f"log = lmdb.open({str(daemon.data / 'log')!r}, readonly=True, subdir=True, create=False)\n"
        "with log.begin() as transaction:\n"
        "    print('reading', flush=True)\n"
        "    time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "reading\n"
    return process


def test_a_reader_that_does_not_end_is_seen_and_a_dead_one_removed(daemon):
    with daemon.client() as client:
        client.call("AWARD", "alice", "coin", 1)
        assert info(client, "log")["oldest_reader_age_ms"] == "0"
        reader = hold_a_reader(daemon)
        try:
            # Of the newest commit it may hold on for ever.
            time.sleep(2.5)
            assert info(client, "log")["oldest_reader_age_ms"] == "0"
            client.call("AWARD", "alice", "coin", 1)
            until(lambda: int(info(client, "log")["oldest_reader_age_ms"]) > 1_500)
            facts = info(client, "log")
            assert facts["oldest_reader_process"] == str(reader.pid) and facts["slow_readers"] == "1"
            assert daemon.said().count(f"process {reader.pid} has read the log without a pause") == 1
        finally:
            reader.kill()
            reader.wait()
        # A killed reader leaves its place taken; until now only a new start would have freed it.
        second = hold_a_reader(daemon)
        second.kill()
        second.wait()
        client.call("AWARD", "alice", "coin", 1)
        until(lambda: "whose process is gone" in daemon.said())
        until(lambda: info(client, "log")["oldest_reader_age_ms"] == "0")
        environment = lmdb.open(str(daemon.data / "log"), readonly=True, create=False)
        assert "no active readers" in environment.readers() or str(second.pid) not in environment.readers()
        environment.close()
