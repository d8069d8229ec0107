"""Decodes events as sections 1 and 3 of ops/formats.md describe them; part of the independent reader."""

KINDS = [
    None, "genesis", "rules", "name", "account", "award", "spend", "claim", "migration", "fact", "transfer",
    "hold", "reversal", "job",
]
GROUPS = ["alone", "first", "middle", "last"]
CAUSES = ["raw", "action", "offer", "migration", "job", "ledger"]
SIDES = ["earn", "spend", "hold", "receive"]
WHYS = [None, "goal", "rung", "streak", "modifier", "opening", "cost", "gift", "fee"]
MARKS = {3: "fact", 4: "item", 5: "claim", 6: "streak", 7: "goal", 8: "member", 9: "limit", 10: "hold",
         12: "equipped", 13: "unlock", 14: "reversed", 15: "board"}
AT, CAUSE, ONCE, MARK, RUNG, SHOWN, MEMO, PAYLOAD = (1 << bit for bit in range(8))
HOLDS = [None, "placed", "settled", "released", "expired"]
ACCOUNTS = [None, "opened", "frozen", "unfrozen", "forgotten"]


class Malformed(Exception):
    """Bytes that are cut short, left over, or not in their one encoding."""


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    @property
    def is_done(self):
        return self.at == len(self.data)

    def take(self, count):
        if self.at + count > len(self.data):
            raise Malformed(f"cut short: {count} bytes wanted at {self.at} of {len(self.data)}")
        self.at += count
        return self.data[self.at - count : self.at]

    def fixed(self, count):
        return int.from_bytes(self.take(count), "little")

    def u8(self):
        return self.take(1)[0]

    def varint(self):
        value = 0
        for place in range(10):
            byte = self.u8()
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if (byte == 0 and place > 0) or value >> 64:
                    raise Malformed(f"number before {self.at} isn't in its shortest form")
                return value
        raise Malformed(f"number before {self.at} is too long")

    def signed(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def bytes(self):
        return self.take(self.varint())

    def choice(self, names, value=None):
        value = self.u8() if value is None else value
        if value >= len(names) or names[value] is None:
            raise Malformed(f"{value} before {self.at} names nothing")
        return names[value]

    def some(self, element):
        """A list that is there because it isn't empty."""
        count = self.varint()
        if count == 0:
            raise Malformed(f"an empty list before {self.at} should have been left out")
        return [element() for _ in range(count)]


def time_of(stored):
    reader = Reader(stored)
    reader.take(2)
    reader.varint()
    return reader.fixed(7)


def decode(stored):
    """An event as a dictionary; accounts, words and actors still as numbers."""
    reader = Reader(stored)
    first, parts = reader.u8(), reader.u8()
    if first & 0x80:
        raise Malformed("bit 7 of the first byte is set")
    event = {
        "kind": reader.choice(KINDS, first & 0x1F),
        "group": GROUPS[first >> 5],
        "seq": reader.varint(),
        "time": reader.fixed(7),
    }
    event["at"] = reader.fixed(7) if parts & AT else event["time"]
    if parts & AT and event["at"] == event["time"]:
        raise Malformed("at is given though it is the same as time")
    event["rules"] = reader.varint()
    event["actor"] = reader.varint()
    event["accounts"] = [(reader.varint(), reader.varint()) for _ in range(reader.varint())]
    decoder = Decoder(reader, event)
    event["cause"] = decoder.cause() if parts & CAUSE else None
    event["once"] = decoder.once() if parts & ONCE else None
    event["postings"] = [decoder.posting() for _ in range(reader.varint())]
    event["marks"] = reader.some(decoder.mark) if parts & MARK else []
    event["rungs"] = reader.some(decoder.rung) if parts & RUNG else []
    event["shown"] = reader.some(decoder.shown) if parts & SHOWN else []
    event["memo"] = reader.bytes() if parts & MEMO else None
    event["payload"] = decoder.payload() if parts & PAYLOAD else None
    if not reader.is_done:
        raise Malformed(f"{len(stored) - reader.at} bytes left over")
    return event


class Decoder:
    def __init__(self, reader, event):
        self.reader = reader
        self.event = event

    def account(self, index):
        """An index into the event's list of accounts, as the account's number."""
        accounts = self.event["accounts"]
        if index >= len(accounts):
            raise Malformed(f"account {index} of {len(accounts)}")
        return accounts[index][0]

    def cause(self):
        cause = {
            "by": self.reader.choice(CAUSES),
            "word": self.reader.varint(),
            "of": self.reader.varint(),
        }
        left = self.reader.varint()
        inputs = []
        while left > 0:
            name, value, used = self.input()
            inputs.append((name, value))
            left -= used
        if left:
            raise Malformed("a list runs past the inputs")
        return cause | {"inputs": inputs}

    def input(self):
        """(word of the name, (type, value), how many inputs it counts for)."""
        reader = self.reader
        name = reader.varint()
        kind = reader.choice(["int", "bool", "name", "account", "text", "list"])
        if kind == "int":
            return name, (kind, reader.signed()), 1
        if kind == "bool":
            return name, (kind, reader.choice([False, True])), 1
        if kind in ("name", "text"):
            return name, (kind, reader.bytes()), 1
        if kind == "account":
            return name, (kind, reader.varint()), 1
        values, used = [], 1
        for _ in range(reader.varint()):
            element, value, counted = self.input()
            if element:
                raise Malformed("an element of a list has a name")
            values.append(value)
            used += counted
        return name, (kind, values), used

    def once(self):
        reader = self.reader
        return {
            "fingerprint": reader.take(8),
            "tokens": [(reader.varint(), reader.take(16)) for _ in range(reader.varint())],
            "available": [reader.signed() for _ in range(reader.varint())],
        }

    def posting(self):
        reader = self.reader
        head = reader.u8()
        index = head >> 4
        if index == 15:
            index = reader.varint()
            if index < 15:
                raise Malformed("a small account index in its long form")
        return {
            "side": SIDES[head & 3],
            "account": self.account(index),
            "currency": reader.varint(),
            "facet": reader.varint() if head & 4 else 0,
            "amount": reader.signed(),
            "why": (reader.choice(WHYS), reader.varint(), reader.signed()) if head & 8 else None,
        }

    def mark(self):
        reader = self.reader
        head = reader.u8()
        if head & 15 not in MARKS:
            raise Malformed(f"a mark of kind {head & 15}")
        index = head >> 5
        if index == 7:
            index = reader.varint()
            if index < 7:
                raise Malformed("a small account index in its long form")
        cleared = bool(head & 16)
        return {
            "kind": MARKS[head & 15],
            "account": self.account(index),
            "word": reader.varint(),
            "qualifier": reader.varint(),
            "values": None if cleared else (reader.signed(), reader.signed(), reader.signed()),
        }

    def rung(self):
        reader = self.reader
        return {
            "account": self.account(reader.varint()),
            "ladder": reader.varint(),
            "season": reader.varint(),
            "from": reader.signed(),
            "to": reader.signed(),
        }

    def shown(self):
        return (self.reader.varint(), self.reader.signed(), self.reader.varint())

    def progress(self):
        """How far the run of a job has come."""
        reader = self.reader
        names = ["key", "last", "cursor", "done", "accounts", "paid", "skipped", "failed"]
        progress = {name: reader.varint() for name in names}
        progress["failures"] = [(reader.varint(), reader.bytes().decode()) for _ in range(reader.varint())]
        return progress

    def payload(self):
        reader, kind = self.reader, self.event["kind"]
        if kind == "genesis":
            return {"ledger": reader.take(16), "format": reader.fixed(2)}
        if kind == "name":
            if reader.choice(["word", "actor"]) == "word":
                return {"word": reader.varint(), "text": reader.bytes().decode()}
            return {"actor": reader.varint(), "uid": reader.varint(), "role": reader.u8(), "by": reader.varint()}
        if kind == "rules":
            if reader.choice(["head", "part"]) == "head":
                return {"number": reader.varint(), "hash": reader.take(32), "length": reader.varint()}
            return {"number": reader.varint(), "offset": reader.varint(), "bytes": reader.bytes()}
        if kind == "account":
            what = reader.choice(ACCOUNTS)
            if what == "opened":
                return {"what": what, "id": reader.bytes(), "parent": reader.varint()}
            return {"what": what}
        if kind == "hold":
            return {"what": reader.choice(HOLDS), "hold": reader.varint()}
        if kind == "reversal":
            return {"of": reader.varint(), "amount": reader.varint()}
        if kind == "job":
            period = reader.bytes().decode()
            return {"period": period} if period else {"period": reader.bytes().decode()} | self.progress()
        raise Malformed(f"a {kind} with a payload")
