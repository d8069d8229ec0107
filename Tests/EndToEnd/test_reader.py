"""The independent reader and the daemon agree; and the reader finds what was tampered with."""

import hashlib
import json
import random
import shutil
import struct
import subprocess
from pathlib import Path

import lmdb
import pytest

import events
import folding
import reader

HERE = Path(__file__).resolve().parent


def test_the_tree_is_rfc_6962s():
    """Roots of the test vectors that Certificate Transparency implementations share."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    tree = reader.Tree()
    for leaf, root in zip(leaves, roots):
        tree.append(bytes.fromhex(leaf))
        assert tree.root().hex() == root


GOLDEN = [
    line.split() for line in (HERE.parents[1] / "fixtures/events.txt").read_text().splitlines() if line[0] != "#"
]


def test_stored_events_stay_readable():
    assert {kind for kind, _ in GOLDEN} >= {"genesis", "rules", "name", "account", "award", "spend", "fact", "transfer"}
    for kind, stored in GOLDEN:
        assert events.decode(bytes.fromhex(stored))["kind"] == kind


def test_a_cut_event_is_refused():
    for _, stored in GOLDEN:
        whole = bytes.fromhex(stored)
        for cut in range(len(whole)):
            with pytest.raises(events.Malformed):
                events.decode(whole[:cut])
        with pytest.raises(events.Malformed):
            events.decode(whole + b"\0")


@pytest.fixture(scope="module")
def lived():
    """A ledger with a bit of everything, and what the daemon said of it."""
    import daemon as daemons

    daemon = daemons.Daemon().start()
    said = {}
    with daemon.client() as client:
        chance = random.Random(5)
        client.many([("AWARD", f"p{chance.randrange(40)}", "coin", chance.randint(1, 99)) for _ in range(3000)])
        client.many(
            [("RECORD", f"p{chance.randrange(40)}", "quest", f"difficulty={chance.randint(1, 5)}", "place=cave")
             for _ in range(300)]
        )
        client.call("FACT", "p1", "class", "mage")
        client.call("FACT", "p1", "strength", -7)
        hold = client.map("HOLD", "p2", "coin", 3)["seq"]
        client.call("HOLD", "p3", "coin", 3)
        client.call("SETTLE", hold, 2, "MEMO", "for the road")
        client.call("REVERSE", client.map("AWARD", "p4", "coin", 10, "KEY", "again")["seq"], 4)
        client.transaction([("TRANSFER", "p5", "p6", "coin", 1), ("SPEND", "p6", "coin", 1, "FOR", "bread")])
        client.call("RECORD", "p7", "letter", "words=dear friend")
        client.call("AWARD", "p7/page", "gold:purse", 9, "AT", "2021-05-05T05:05:05.000005Z", "BY", "p8")
        client.call("FREEZE", "p9")
        for n in range(40):
            profile = client.map("PROFILE", f"p{n}")
            said[f"p{n}"] = {
                "seq": profile["seq"],
                "balances": {b: client.map("BALANCE", f"p{n}", b) for b in ("coin", "xp", "reputation:cave")},
                "rungs": {name: ladder["rung"] for name, ladder in profile["ladders"].items()},
                "facts": profile.get("facts", {}),
            }
        said["length"] = client.call("XLEN", "log")
        said["event"] = client.map("EVENT", said["length"])
    yield daemon, said
    daemon.remove()


def test_the_reader_agrees_with_the_daemon(lived):
    daemon, said = lived
    done = subprocess.run(
        ["/usr/bin/python3", str(HERE / "reader.py"), str(daemon.data)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read["events"] == said["length"]
    for n in range(40):
        account = read["accounts"][f"p{n}"]
        assert account["last"] == said[f"p{n}"]["seq"]
        for balance, sides in said[f"p{n}"]["balances"].items():
            zeros = {"earned": 0, "spent": 0, "held": 0, "available": 0}
            assert account["balances"].get(balance, zeros) == sides, (n, balance)
        assert account["facts"] == said[f"p{n}"]["facts"]
    assert read["accounts"]["p7/page"]["balances"]["gold:purse"]["earned"] == 9
    for currency, issued in read["issued"].items():
        total = sum(
            sides["earned"] - sides["spent"]
            for account in read["accounts"].values()
            for name, sides in account["balances"].items()
            if name.split(":")[0] == currency
        )
        assert issued - read["burned"].get(currency, 0) == total


def test_the_reader_lists_every_event(lived):
    daemon, said = lived
    done = subprocess.run(
        ["/usr/bin/python3", str(HERE / "reader.py"), str(daemon.data), "--events"],
        capture_output=True, text=True, timeout=120, check=True,
    )
    events_read = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["seq"] for event in events_read] == list(range(1, said["length"] + 1))
    assert events_read[-1]["kind"] == said["event"]["kind"]


def test_an_ordinary_award_takes_little_of_the_log(lived):
    daemon, _ = lived
    with daemon.client() as client:
        before = reader.read(daemon.data)[0].value_bytes
        client.many([("AWARD", f"p{n % 40}", "coin", 1 + n % 50) for n in range(10_000)])
        after = reader.read(daemon.data)[0].value_bytes
    assert (after - before) / 10_000 <= 48


@pytest.fixture
def copy(lived, tmp_path):
    daemon, _ = lived
    shutil.copytree(daemon.data / "log", tmp_path / "log")
    shutil.copy(daemon.data / "keys", tmp_path / "keys")
    return tmp_path


def rewrite(directory, change):
    """Lets `change` alter the batches of a copied log: [(key, value)] in, the same out."""
    with lmdb.open(str(directory / "log"), map_size=1 << 30) as environment:
        with environment.begin() as transaction:
            batches = list(transaction.cursor())
        with environment.begin(write=True) as transaction:
            for key, _ in batches:
                transaction.delete(key)
            for key, value in change(batches):
                transaction.put(key, value)


def wrong(directory):
    try:
        reader.read(directory)
    except (reader.Wrong, events.Malformed, folding.Unlawful) as found:
        return str(found)
    return None


def test_the_reader_finds_any_flipped_bit(copy):
    chance = random.Random(11)
    assert wrong(copy) is None
    pristine = {}

    def flip(batches):
        pristine["batches"] = batches
        place = chance.randrange(len(batches))
        key, value = batches[place]
        bit = chance.randrange(8 * len(value))
        value = bytearray(value)
        value[bit // 8] ^= 1 << bit % 8
        return batches[:place] + [(key, bytes(value))] + batches[place + 1 :]

    for _ in range(25):
        rewrite(copy, flip)
        assert wrong(copy), "a flipped bit went unseen"
        rewrite(copy, lambda _: pristine["batches"])
    assert wrong(copy) is None


def test_the_reader_finds_a_forged_balance(copy):
    """Even with every hash of the batch made good again, a changed amount breaks what follows."""

    def forge(batches):
        place = next(n for n, (_, value) in enumerate(batches) if n > 3)
        key, value = batches[place]
        body = bytearray(value)
        body[-3] ^= 1
        index_end = 184 + 20 * struct.unpack_from("<I", value, 40)[0] + 32 * struct.unpack_from("<I", value, 44)[0]
        blocks = struct.unpack_from("<I", value, 40)[0]
        if blocks == 1:
            body[188:204] = hashlib.sha256(body[index_end:]).digest()[:16]
            body[112:144] = hashlib.sha256(body[184:index_end]).digest()
        body[152:184] = hashlib.sha256(body[:152]).digest()
        return batches[:place] + [(key, bytes(body))] + batches[place + 1 :]

    rewrite(copy, forge)
    assert wrong(copy)


def test_the_reader_finds_a_missing_batch(copy):
    rewrite(copy, lambda batches: batches[:2] + batches[3:])
    assert wrong(copy)
