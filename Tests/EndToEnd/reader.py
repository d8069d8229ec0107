"""An independent reader of a ledger's files, written from ops/formats.md alone.

Walks the log, checks framing, hashes, chain and tree, decodes every event, and folds balances.
Shares no code with the daemon; needs the standard library and Debian's python3-lmdb:

    /usr/bin/python3 Tests/EndToEnd/reader.py DIR            what the ledger holds, as JSON
    /usr/bin/python3 Tests/EndToEnd/reader.py DIR --events   one line of JSON for each event

Ends with 1, naming the first thing that is wrong, if something is.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import lmdb

import events
import folding

HEADER = 184
BLOCK_EVENTS = 64
SUBTREE = 256


class Wrong(Exception):
    """The first thing that is wrong: where, and what."""

    def __init__(self, batch, what):
        super().__init__(f"batch {batch}: {what}")


def sha256(data):
    return hashlib.sha256(data).digest()


class Tree:
    """RFC 6962's tree, grown leaf by leaf: a stack of perfect subtrees, largest first."""

    def __init__(self):
        self.size = 0
        self.stack = []  # (leaves, hash)

    def append(self, leaf):
        """Returns the root of a subtree of 256 leaves if this leaf completes one."""
        self.size += 1
        leaves, node, complete = 1, sha256(b"\x00" + leaf), None
        while self.stack and self.stack[-1][0] == leaves:
            node = sha256(b"\x01" + self.stack.pop()[1] + node)
            leaves *= 2
            if leaves == SUBTREE:
                complete = node
        self.stack.append((leaves, node))
        return complete

    def root(self):
        if not self.stack:
            return sha256(b"")
        node = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            node = sha256(b"\x01" + left + node)
        return node


class Log:
    """Walks the batches of DIR/log and checks each against all before it."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.tree = Tree()
        self.identity = bytes(32)
        self.next = 1
        self.last_time = 0
        self.value_bytes = 0
        self.batches = 0

    def values(self):
        """(key, value) of every batch; no read transaction lives longer than a page of them."""
        environment = lmdb.open(
            str(self.directory / "log"), readonly=True, create=False, map_size=1 << 38, max_dbs=0
        )
        try:
            after = None
            while True:
                page = []
                with environment.begin() as transaction, transaction.cursor() as cursor:
                    found = cursor.first() if after is None else cursor.set_range(after)
                    if found and after is not None and cursor.key() == after:
                        found = cursor.next()
                    while found and len(page) < 64:
                        page.append((cursor.key(), cursor.value()))
                        found = cursor.next()
                if not page:
                    return
                after = page[-1][0]
                yield from page
        finally:
            environment.close()

    def __iter__(self):
        """The exact bytes of each event with its sequence number, in order."""
        for key, value in self.values():
            for stored in self.check(key, value):
                yield self.next, stored
                self.next += 1

    def check(self, key, value):
        """The events of a batch whose every claim has been checked."""
        batch = self.next
        if key != struct.pack(">Q", batch):
            raise Wrong(batch, f"key is {key.hex()}")
        if len(value) < HEADER:
            raise Wrong(batch, f"value has {len(value)} bytes, a header takes {HEADER}")
        (magic, version, header, size, count, first, last, last_time, blocks, subtrees) = struct.unpack_from(
            "<4sHHIIQQQII", value
        )
        before, root, index_hash, reserved, identity = struct.unpack_from("<32s32s32s8s32s", value, 48)
        index_end = HEADER + 20 * blocks + 32 * subtrees
        for holds, what in [
            (magic == b"STLB", "magic"),
            (version == 1, "version"),
            (header == HEADER, "header size"),
            (size == len(value), f"says {size} bytes, has {len(value)}"),
            (count >= 1, "no events"),
            (first == batch, f"first event {first}"),
            (last == first + count - 1, f"last event {last}"),
            (blocks == -(-count // BLOCK_EVENTS), f"{blocks} blocks"),
            (subtrees == last // SUBTREE - (first - 1) // SUBTREE, f"{subtrees} subtree roots"),
            (index_end <= len(value), "index longer than the value"),
            (reserved == bytes(8), "reserved bytes"),
            (identity == sha256(value[:152]), "identity"),
            (before == self.identity, "identity of the batch before"),
            (index_hash == sha256(value[HEADER:index_end]), "hash of the index"),
        ]:
            if not holds:
                raise Wrong(batch, f"{what} is wrong")
        entries = [struct.unpack_from("<I16s", value, HEADER + 20 * i) for i in range(blocks)]
        body = value[index_end:]
        stored, starts, roots = [], [], []
        reader = events.Reader(body)
        while not reader.is_done:
            starts.append(reader.at)
            stored.append(reader.bytes())
            complete = self.tree.append(stored[-1])
            if complete:
                roots.append(complete)
        if len(stored) != count:
            raise Wrong(batch, f"body holds {len(stored)} events, {count} are declared")
        if self.tree.root() != root:
            raise Wrong(batch, "root of the tree is wrong")
        declared = [value[HEADER + 20 * blocks + 32 * i :][:32] for i in range(subtrees)]
        if roots != declared:
            raise Wrong(batch, "subtree roots are wrong")
        for number, (offset, digest) in enumerate(entries):
            begin = starts[number * BLOCK_EVENTS]
            end = (starts + [len(body)])[min((number + 1) * BLOCK_EVENTS, count)]
            if offset != begin:
                raise Wrong(batch, f"block {number} begins at {begin}, not {offset}")
            if sha256(body[begin:end])[:16] != digest:
                raise Wrong(batch, f"hash of block {number} is wrong")
        if events.time_of(stored[-1]) != last_time:
            raise Wrong(batch, "time of the last event is wrong")
        self.identity = identity
        self.value_bytes += len(value)
        self.batches += 1
        return stored


def read(directory, each=None):
    """Folds the whole ledger; `each(event)` sees every decoded event on the way."""
    log = Log(directory)
    ledger = folding.Ledger(Path(directory, "keys").read_bytes())
    for sequence, stored in log:
        event = events.decode(stored)
        ledger.fold(sequence, event)
        if each:
            each(event)
    ledger.finish()
    return log, ledger


def main():
    directory = sys.argv[1]
    listing = "--events" in sys.argv[2:]
    names = folding.Ledger(b"")

    def show(event):
        names.names_only(event)
        print(json.dumps(folding.printable(event, names)))

    try:
        log, ledger = read(directory, show if listing else None)
    except (Wrong, events.Malformed, folding.Unlawful) as wrong:
        print(f"{directory}: {wrong}", file=sys.stderr)
        return 1
    if not listing:
        summary = {
            "events": log.next - 1,
            "batches": log.batches,
            "bytes": log.value_bytes,
            "root": log.tree.root().hex(),
            "head": log.identity.hex(),
        }
        print(json.dumps(summary | ledger.summary(), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
