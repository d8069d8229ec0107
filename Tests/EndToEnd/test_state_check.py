"""A start doesn't read what is stored to its end: that goes on while the daemon serves. Damage that it finds
ends the daemon, and the next start builds the state anew."""

import signal
import subprocess
import time

import pytest

import daemon as daemons
import resp


def mark(daemon):
    return daemon.data / "state" / "unread"


def settle(daemon):
    """Until all of the state was read."""
    deadline = time.monotonic() + 20
    while mark(daemon).exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def filled(daemon):
    with daemon.client() as client:
        for number in range(300):
            client.call("AWARD", f"account-{number}", "coin", 1000 + number)
    assert daemon.stop() == 0
    return daemon


def expect_all(daemon):
    with daemon.client() as client:
        for number in range(300):
            assert client.call("BALANCE", f"account-{number}", "coin")["available"] == 1000 + number


def test_the_state_is_read_while_serving(filled):
    filled.start()
    settle(filled)
    expect_all(filled)
    assert "no stored state" not in filled.said()


def test_killed_before_it_was_read_the_next_start_reads_it_first(filled):
    filled.start()
    settle(filled)
    filled.kill()
    mark(filled).write_bytes(b"\x01")
    filled.start()
    assert not mark(filled).exists()
    expect_all(filled)
    filled.kill()
    assert "no stored state" not in filled.said()
    mark(filled).write_bytes(b"\x02")
    filled.start()
    assert "will be rebuilt" in filled.said()
    expect_all(filled)


def test_stopped_before_it_was_read_the_next_start_need_not_read_it_first(filled):
    filled.start()
    settle(filled)
    # As it is until all was read.
    mark(filled).write_bytes(b"\x01")
    assert filled.stop() == 0
    assert not mark(filled).exists()
    filled.start()
    settle(filled)
    expect_all(filled)


DAMAGE = """
import lmdb, sys
environment = lmdb.open(sys.argv[1], map_size=1 << 34, max_dbs=8)
table = environment.open_db(sys.argv[2].encode())
key = (7).to_bytes(4, "big")
with environment.begin(write=True) as transaction:
    value = bytearray(transaction.get(key, db=table))
    value[len(value) // 2] ^= 0x10
    transaction.put(key, bytes(value), db=table)
environment.close()
"""


def damage(daemon, table):
    state = str(daemon.data / "state")
    subprocess.run(["/usr/bin/python3", "-c", DAMAGE, state, table], check=True)


@pytest.mark.parametrize("table", ["accounts", "ids"])
def test_damage_is_found_and_mended(filled, table):
    damage(filled, table)
    filled.spawn()
    assert filled.process.wait(20) == 75, filled.said()
    assert "state damaged" in filled.said()
    filled.start()
    settle(filled)
    expect_all(filled)


def test_damage_that_was_doubted_before_is_mended_at_once(filled):
    damage(filled, "accounts")
    mark(filled).write_bytes(b"\x01")
    filled.start()
    assert "no stored state" in filled.said()
    settle(filled)
    expect_all(filled)


def misdirect(path):
    """The pages that LMDB is to use next, by its list of free ones, lie far behind the file's end."""
    data = bytearray(path.read_bytes())
    word = lambda at, size: int.from_bytes(data[at:at + size], "little")
    # Of the newer one of two MDB_meta: its number of the commit, and the root of the tree of free pages.
    newer = max((0, 4096), key=lambda page: word(page + 144, 8))
    root = word(newer + 80, 8) * 4096
    lower = word(root + 12, 2)
    assert lower > 16, "no page is free"
    for pointer in range(root + 16, root + lower, 2):
        node = root + word(pointer, 2)
        pages = node + 8 + word(node + 6, 2) + 8
        for place in range(pages, node + 8 + word(node + 6, 2) + word(node, 4), 8):
            data[place:place + 8] = (1 << 23).to_bytes(8, "little")
    path.write_bytes(data)


def test_damaged_free_pages_are_not_used_to_begin_anew(filled):
    """What is damaged is thrown away as a file: to empty it page by page would be to trust it."""
    damage(filled, "accounts")
    misdirect(filled.data / "state" / "data.mdb")
    mark(filled).write_bytes(b"\x01")
    filled.start()
    assert "no stored state" in filled.said()
    expect_all(filled)
    assert filled.stop() == 0
    filled.start()
    assert ", 0 of them folded now" in filled.said()
    expect_all(filled)


def test_a_death_by_damage_has_the_next_start_begin_anew(filled):
    """Free pages are nothing that is read beforehand: who stores comes upon them."""
    misdirect(filled.data / "state" / "data.mdb")
    filled.start()
    settle(filled)
    with filled.client() as client:
        client.call("AWARD", "account-7", "coin", 2)
    filled.process.send_signal(signal.SIGTERM)
    assert filled.process.wait(20) != 0, filled.said()
    assert mark(filled).read_bytes() == b"\x02"
    filled.start()
    assert "will be rebuilt" in filled.said()
    with filled.client() as client:
        assert client.call("BALANCE", "account-7", "coin")["available"] == 1009


def test_a_file_that_is_cut_short_while_it_is_served_from(filled):
    filled.start()
    settle(filled)
    with open(filled.data / "state" / "data.mdb", "r+b") as file:
        file.truncate(8192)
    with filled.client() as client, pytest.raises(resp.Closed):
        client.call("BALANCE", "account-7", "coin")
    assert filled.process.wait(20) == 76
    assert "SIGBUS" in filled.said() and mark(filled).read_bytes() == b"\x02"
    filled.start()
    assert "will be rebuilt" in filled.said()
    expect_all(filled)


RENAME = """
import sys
path, name = sys.argv[1], sys.argv[2].encode()
data = bytearray(open(path, "rb").read())
# A node of LMDB: the size of its data (48, an MDB_db), flags (2), the size of its key, its key.
node = (48).to_bytes(4, "little") + (2).to_bytes(2, "little") + len(name).to_bytes(2, "little") + name
at = data.find(node)
assert at >= 0
while at >= 0:
    data[at + 8] ^= 0x02
    at = data.find(node, at + 1)
open(path, "wb").write(data)
"""


@pytest.mark.parametrize("table", ["accounts", "directory", "ids", "words", "actors", "rulebooks", "keys", "meta"])
def test_a_table_whose_name_is_damaged_is_not_taken_for_empty(filled, table):
    subprocess.run(
        ["/usr/bin/python3", "-c", RENAME, str(filled.data / "state" / "data.mdb"), table], check=True)
    filled.start()
    assert "will be rebuilt" in filled.said() or "no stored state" in filled.said()
    settle(filled)
    expect_all(filled)


def test_told_to_stop_amid_a_checkpoint_it_stores_what_came_since(daemon):
    load = subprocess.Popen(
        [daemons.program("stele"), "--socket", daemon.socket, "bench", "--accounts", "200000", "--connections", "4",
         "--pipeline", "1000", "--seconds", "60"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with daemon.client() as client:
            deadline = time.monotonic() + 60
            while "checkpoint_under_way:1" not in client.call("INFO", "log"):
                assert time.monotonic() < deadline and load.poll() is None
                time.sleep(0.005)
            begun = client.call("XLEN", "log")
            while client.call("XLEN", "log") < begun + 10_000:
                assert time.monotonic() < deadline and load.poll() is None
        assert daemon.stop(60) == 0
    finally:
        load.kill()
        load.wait()
    daemon.start()
    assert ", 0 of them folded now" in daemon.said()
