"""Clients that keep their own books, and the joining of those books with the log afterwards.

What must hold after any fault, checked with no code of the daemon's:
nothing acknowledged is lost; nothing is applied twice; nothing refused is applied; what went unanswered was applied
once or never, and a retry settles it; the log only ever grows by whole batches, its old part byte for byte the same.
"""

import hashlib
import json
import threading
import time

import folding
import reader
import resp
import sealing


class Book:
    """One client's file: a line before each command is sent, and one after it was answered."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "a", buffering=1)

    def sent(self, key, command):
        self.file.write(json.dumps(["sent", key, list(command)]) + "\n")

    def answered(self, key, reply):
        outcome = ["refused", key, reply.line] if isinstance(reply, resp.Refused) else ["ok", key, reply]
        self.file.write(json.dumps(outcome) + "\n")

    def entries(self):
        """{key: (command, the first answer or None)} of what was written so far."""
        found = {}
        for line in open(self.path):
            what, key, value = json.loads(line)
            if what == "sent":
                found.setdefault(key, [tuple(value), None])
            elif what == "ok" and not (found[key][1] or {}).get("seq"):
                found[key][1] = value
            elif what == "refused" and found[key][1] is None:
                found[key][1] = {"refused": value}
        return found


class Writer(threading.Thread):
    """Pipelines keyed commands until the daemon is gone (or `count` have been answered)."""

    def __init__(self, daemon, book, name, depth, count=None):
        super().__init__(daemon=True)
        self.server, self.book, self.prefix, self.depth, self.count = daemon, book, name, depth, count
        self.answers = 0
        self.started = threading.Event()

    def commands(self, number):
        """(key, command): awards and transfers over a few accounts, some that are refused."""
        account = f"{self.prefix}{number % 7}"
        if number % 11 == 10:
            return ("SPEND", account, "coin", 10**15)
        if number % 5 == 4:
            return ("TRANSFER", account, f"{self.prefix}t", "coin", 1)
        return ("AWARD", account, "coin", 1 + number % 9)

    def run(self):
        number = len(self.book.entries())
        try:
            with resp.Client(self.server.socket) as client:
                while self.count is None or self.answers < self.count:
                    depth = self.depth if self.count is None else min(self.depth, self.count - self.answers)
                    page = []
                    for _ in range(depth):
                        key = f"{self.prefix}-{number}"
                        page.append((key, self.commands(number)))
                        number += 1
                    for key, command in page:
                        self.book.sent(key, command)
                    client.send(b"".join(resp.frame(*command, "KEY", key) for key, command in page))
                    for key, _ in page:
                        self.book.answered(key, client.reply())
                        self.answers += 1
                        self.started.set()
        except (resp.Closed, OSError):
            pass
        self.started.set()


def kill_under_load(daemon, writers, chance):
    """kill -9 at a random moment while the writers write; half of the time the next start is cut short, too."""
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.started.wait(20)
    time.sleep(chance.uniform(0, 0.06))
    daemon.kill()
    for writer in writers:
        writer.join(20)
    while chance.random() < 0.5:
        daemon.spawn()
        time.sleep(chance.uniform(0, 0.04))
        daemon.kill()
    daemon.start()


class Witness:
    """Sees the log after each fault, and joins it with the clients' books."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.leaves = []

    def read(self):
        """Folds the whole log; what was there at the last look must be unchanged."""
        leaves = []
        log = reader.Log(self.daemon.data)
        ledger = folding.Ledger((self.daemon.data / "keys").read_bytes())
        events = {}
        for sequence, stored in log:
            leaves.append(hashlib.sha256(stored).digest())
            event = reader.events.decode(stored)
            ledger.fold(sequence, event)
            events[sequence] = event
        ledger.finish()
        assert leaves[: len(self.leaves)] == self.leaves, "the log's past has changed"
        self.leaves = leaves
        return ledger, events

    def join(self, books):
        """Keys by what became of them; a contradiction between a book and the log is an error."""
        ledger, events = self.read()
        numbers = {account.id: number for number, account in ledger.accounts.items() if account.id}
        tally = {"acknowledged": 0, "refused": 0, "unanswered": 0, "unanswered but applied": 0}
        for book in books:
            for key, (command, answer) in book.entries().items():
                number = numbers.get(command[1])
                token = sealing.token_of_key(ledger.slot(number), key.encode()) if number else None
                applied = ledger.tokens.get((number, token))
                if answer is None:
                    tally["unanswered"] += 1
                    tally["unanswered but applied"] += applied is not None
                elif "refused" in answer:
                    tally["refused"] += 1
                    code = answer["refused"].split(" ")[0].rstrip(":")
                    assert applied is None, f"{key} was refused with {code} and applied as {applied}"
                else:
                    tally["acknowledged"] += 1
                    assert applied == answer["seq"], f"{key} was answered as {answer['seq']}, the log has {applied}"
                    assert sum(posting["amount"] for posting in events[applied]["postings"]) >= command[-1]
        return tally

    def settle(self, books):
        """Asks again for everything: known commands give their first answer, open ones become known."""
        with self.daemon.client() as client:
            for book in books:
                entries = [(key, *entry) for key, entry in book.entries().items()]
                for start in range(0, len(entries), 500):
                    page = entries[start : start + 500]
                    replies = client.many([(*command, "KEY", key) for key, command, _ in page])
                    for (key, command, first), reply in zip(page, replies):
                        if first is None or "refused" in first:
                            book.answered(key, reply)
                        else:
                            assert reply == first | {"duplicate": True}, f"{key}: {first}, later {reply}"

    def conserve(self, books):
        """Every balance is what the acknowledged commands add up to: none twice, none lost."""
        expected = {}
        for book in books:
            for command, answer in book.entries().values():
                if answer is None or "refused" in answer:
                    continue
                verb, account, *middle, amount = command
                if verb == "AWARD":
                    expected[account] = expected.get(account, 0) + amount
                elif verb == "TRANSFER":
                    expected[account] = expected.get(account, 0) - amount
                    expected[middle[0]] = expected.get(middle[0], 0) + amount
                elif verb == "SPEND":
                    expected[account] = expected.get(account, 0) - amount
        ledger, _ = self.read()
        with self.daemon.client() as client:
            for account, amount in expected.items():
                assert client.map("BALANCE", account, "coin")["available"] == amount, account
        folded = {
            account: balances["coin"][0] - balances["coin"][1]
            for account, balances in ledger.balances().items() if "coin" in balances
        }
        assert {account: amount for account, amount in folded.items() if account in expected} == expected
