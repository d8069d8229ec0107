"""Folds decoded events as section 4 of ops/formats.md describes it; part of the independent reader.

Also checks what must hold between events: numbers given before they are used, times and back-pointers,
what a key's first reply said, and that nothing was made out of nothing.
"""

import hashlib
from collections import defaultdict

import sealing

INT64 = range(-(1 << 63), 1 << 63)


class Unlawful(Exception):
    """An event that can't stand where it stands."""


def need(holds, event, what):
    if not holds:
        raise Unlawful(f"event {event['seq']}: {what}")


class Account:
    def __init__(self, number, opened, parent):
        self.number = number
        self.opened = opened
        self.parent = parent
        self.id = None
        self.last = opened
        self.events = 0
        self.frozen = self.forgotten = False
        self.balances = {}  # (currency, facet) -> [earned, spent, held]
        self.received = defaultdict(int)
        self.marks = {}  # (kind, word, qualifier) -> (a, b, c)
        self.rungs = {}  # (ladder, season) -> rung


class Ledger:
    def __init__(self, keys):
        self.keys = keys
        self.id = None
        self.words = {}
        self.actors = {}
        self.accounts = {}
        self.rulebooks = {}
        self.rules = 0
        self.growing = None  # a rulebook whose parts are still coming
        self.time = 0
        self.last = 0
        self.group = None
        self.flow = defaultdict(int)  # currency -> earned + received - spent, by event
        self.issued = defaultdict(int)
        self.burned = defaultdict(int)
        self.tokens = {}  # (account, token) -> sequence number
        self.holds = {}  # sequence number -> (account, (currency, facet), amount left)

    def slot(self, number):
        return self.keys[32 * number : 32 * number + 32]

    def has_key(self, number):
        return any(self.slot(number))

    # Names

    def word(self, number):
        return self.words.get(number, f"?{number}")

    def balance_name(self, balance):
        currency, facet = balance
        return self.word(currency) + (":" + self.word(facet) if facet else "")

    def account_name(self, number):
        account = self.accounts.get(number)
        return account.id if account and account.id else f"~{number}"

    def names_only(self, event):
        payload = event["payload"]
        if event["kind"] == "name" and "word" in payload:
            self.words[payload["word"]] = payload["text"]

    # Folding

    def fold(self, sequence, event):
        need(event["seq"] == sequence, event, f"stands at {sequence}")
        need(event["time"] >= self.time, event, "time went back")
        need(event["at"] <= event["time"], event, "happened after it was recorded")
        self.time, self.last = event["time"], sequence
        self.check_group(event)
        in_force = 0 if event["kind"] == "name" else self.rules
        need(event["rules"] == in_force, event, f"rulebook {event['rules']}, {in_force} is in force")
        need(event["actor"] == 0 or event["actor"] in self.actors, event, "an actor without a number")
        self.fold_payload(event)
        self.check_accounts(event)
        touched = self.fold_postings(event)
        self.fold_once(event, touched)
        for mark in event["marks"]:
            self.fold_mark(event, mark)
        for rung in event["rungs"]:
            key = (rung["ladder"], rung["season"])
            rungs = self.accounts[rung["account"]].rungs
            need(rung["ladder"] in self.words, event, "a ladder without a name")
            need(rungs.get(key, rung["from"]) == rung["from"], event, "left a rung that it wasn't on")
            rungs[key] = rung["to"]

    def check_group(self, event):
        group = event["group"]
        within = group in ("middle", "last")
        need(within == (self.group is not None), event, f"{group} of a group is out of place")
        if group == "first":
            self.group = event["seq"]
        elif group in ("last", "alone"):
            self.group = None

    def check_accounts(self, event):
        numbers = [number for number, _ in event["accounts"]]
        need(len(set(numbers)) == len(numbers), event, "names an account twice")
        for number, distance in event["accounts"]:
            account = self.accounts.get(number)
            need(account is not None, event, f"account {number} was never opened")
            before = account.last if account.events else 0
            need(event["seq"] - distance == before, event, f"account {number}'s event before is {before}")
            account.last = event["seq"]
            account.events += 1

    def fold_postings(self, event):
        touched = []
        for posting in event["postings"]:
            balance = (posting["currency"], posting["facet"])
            for word in balance:
                need(word == 0 or word in self.words, event, f"word {word} has no text")
            account, amount, side = self.accounts[posting["account"]], posting["amount"], posting["side"]
            sides = account.balances.setdefault(balance, [0, 0, 0])
            sides[{"earn": 0, "receive": 0, "spend": 1, "hold": 2}[side]] += amount
            if side == "receive":
                account.received[balance] += amount
            if side != "hold":
                signed = -amount if side == "spend" else amount
                self.flow[posting["currency"]] += signed
                if event["kind"] != "transfer":
                    (self.burned if side == "spend" else self.issued)[posting["currency"]] += amount
            need(all(value in INT64 for value in sides), event, "a sum left its range")
            need(sides[2] >= 0, event, "less than nothing is held")
            if (posting["account"], balance) not in touched:
                touched.append((posting["account"], balance))
        return touched

    def fold_once(self, event, touched):
        if not event["once"]:
            return
        after = []
        for number, balance in touched:
            earned, spent, held = self.accounts[number].balances[balance]
            after.append(earned - spent - held)
        need(event["once"]["available"] == after, event, f"says {event['once']['available']}, holds {after}")
        for number, token in event["once"]["tokens"]:
            need(number == 0 or number in self.accounts, event, "a token of an account never opened")
            need((number, token) not in self.tokens, event, "a key was used twice")
            self.tokens[number, token] = event["seq"]

    def fold_mark(self, event, mark):
        marks = self.accounts[mark["account"]].marks
        key = (mark["kind"], mark["word"], mark["qualifier"])
        need(mark["kind"] in ("hold", "reversed") or mark["word"] in self.words, event, "a mark without a name")
        if mark["values"] is None:
            # A claim that is cleared without having been set says that it may be taken.
            need(key in marks or mark["kind"] == "claim", event, f"clears {key}, which isn't set")
            marks.pop(key, None)
        else:
            marks[key] = mark["values"]

    def fold_payload(self, event):
        payload = event["payload"]
        kind = event["kind"]
        if kind == "genesis":
            need(event["seq"] == 1 and payload["format"] == 1, event, "genesis")
            self.id = payload["ledger"]
        elif kind == "name" and "word" in payload:
            need(payload["word"] == len(self.words) + 1, event, "a word's number isn't the next")
            need(payload["text"] not in self.words.values(), event, "a word was named twice")
            self.words[payload["word"]] = payload["text"]
        elif kind == "name":
            need(payload["actor"] == len(self.actors) + 1, event, "an actor's number isn't the next")
            self.actors[payload["actor"]] = (payload["uid"], payload["role"], payload["by"])
        elif kind == "rules":
            self.fold_rules(event, payload)
        elif kind == "account":
            self.fold_account(event, payload)

    def fold_rules(self, event, payload):
        if "hash" in payload:
            need(payload["number"] == len(self.rulebooks) + 1, event, "a rulebook's number isn't the next")
            self.growing = payload | {"text": b""}
            return
        growing = self.growing
        need(growing is not None and growing["number"] == payload["number"], event, "a part of no rulebook")
        need(payload["offset"] == len(growing["text"]), event, "a part is missing")
        growing["text"] += payload["bytes"]
        if len(growing["text"]) == growing["length"]:
            need(hashlib.sha256(growing["text"]).digest() == growing["hash"], event, "the rulebook's hash")
            self.rulebooks[growing["number"]] = growing["text"]
            self.rules, self.growing = growing["number"], None

    def fold_account(self, event, payload):
        number = event["accounts"][0][0]
        if payload["what"] == "opened":
            need(number == len(self.accounts) + 1, event, "an account's number isn't the next")
            account = self.accounts[number] = Account(number, event["seq"], payload["parent"])
            if self.has_key(number):
                plain = sealing.unseal(self.slot(number), event["seq"], 0, payload["id"])
                need(plain is not None, event, "the sealed id isn't genuine")
                account.id = plain.decode()
            return
        account = self.accounts[number]
        if payload["what"] == "forgotten":
            account.forgotten = True
        else:
            account.frozen = payload["what"] == "frozen"

    # What it comes to

    def finish(self):
        """Nothing is made out of nothing: what came and went by event is what the accounts hold."""
        held = defaultdict(int)
        for account in self.accounts.values():
            for (currency, _), (earned, spent, _) in account.balances.items():
                held[currency] += earned - spent
        for currency in set(held) | set(self.flow):
            if not held[currency] == self.flow[currency] == self.issued[currency] - self.burned[currency]:
                raise Unlawful(f"{self.word(currency)}: {self.flow[currency]} flowed, {held[currency]} are held")
        if self.group is not None:
            raise Unlawful(f"the group that began with event {self.group} has no end")

    def balances(self):
        """{account: {balance: (earned, spent, held)}} by name."""
        return {
            self.account_name(number): {
                self.balance_name(balance): tuple(sides) for balance, sides in account.balances.items()
            }
            for number, account in self.accounts.items()
        }

    def summary(self):
        def rungs(account):
            return {self.word(ladder): rung for (ladder, _), rung in sorted(account.rungs.items())}

        def facts(account):
            marks = account.marks.items()
            return {self.word(k[1]): self.word(v[0]) if v[1] else v[0] for k, v in marks if k[0] == "fact"}

        return {
            "ledger": self.id.hex() if self.id else None,
            "rulebooks": len(self.rulebooks),
            "words": len(self.words),
            "issued": {self.word(c): n for c, n in sorted(self.issued.items())},
            "burned": {self.word(c): n for c, n in sorted(self.burned.items())},
            "accounts": {
                self.account_name(number): {
                    "number": number,
                    "last": account.last,
                    "events": account.events,
                    "balances": {
                        self.balance_name(balance): {
                            "earned": earned, "spent": spent, "held": held, "available": earned - spent - held
                        }
                        for balance, (earned, spent, held) in sorted(account.balances.items())
                    },
                    "rungs": rungs(account),
                    "facts": facts(account),
                }
                for number, account in self.accounts.items()
            },
        }


def printable(event, names):
    """An event for JSON: bytes as hex, words by their text."""

    def plain(value):
        if isinstance(value, bytes):
            return value.hex()
        if isinstance(value, dict):
            return {key: plain(names.word(v) if key in WORDS and v else v) for key, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(element) for element in value]
        return value

    return plain(event)


WORDS = ("currency", "facet", "ladder", "season")
