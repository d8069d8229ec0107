"""A copy that is made while the daemon writes, as the README says, is a ledger of its own."""

import json
import shutil
import threading

import lmdb

import daemon as daemons


def copy(source, target):
    """What `mdb_copy` and `cp` do, in this order: keys that the log needs are on disk before it needs them."""
    target.mkdir(mode=0o700)
    (target / "log").mkdir(mode=0o700)
    with lmdb.open(str(source / "log"), readonly=True, create=False) as environment:
        environment.copy(str(target / "log"))
    (target / "log/data.mdb").chmod(0o600)
    shutil.copy(source / "keys", target / "keys")


def test_a_copy_beside_writes_is_a_whole_ledger(make_daemon):
    daemon = make_daemon()
    done, answered = threading.Event(), []

    def write():
        with daemon.client() as client:
            while not done.is_set():
                number = len(answered)
                commands = [
                    ("AWARD", f"p{number + index}", "coin", number + index + 1, "KEY", f"k{index}") for index in range(100)
                ]
                answered.extend(zip(commands, client.many(commands)))

    writer = threading.Thread(target=write)
    writer.start()
    while len(answered) < 1_000:
        done.wait(0.01)
    before = len(answered)
    other = make_daemon(start=False)
    copy(daemon.data, other.data)
    after = len(answered)
    while len(answered) < after + 1_000:
        done.wait(0.01)
    done.set()
    writer.join()
    other.start()
    found = json.loads(daemons.stele("verify", "--data", other.data, "--decide", "--json").stdout)
    assert found["right"] and found["deviations"] == 0
    with other.client() as client:
        # All that was answered before, and nothing but what was sent.
        for (_, who, _, amount, _, key), _ in answered[:before]:
            assert client.call("BALANCE", who, "coin")["available"] == amount
        last = client.call("XLEN", "log")
        with daemon.client() as original:
            assert last < original.call("XLEN", "log")
            for seq in (1, last // 2, last):
                assert client.map("EVENT", seq) == original.map("EVENT", seq)
        command, first = answered[0]
        assert client.map(*command)["duplicate"] is True
        assert client.map("AWARD", "p0", "coin", 5)["seq"] > last
