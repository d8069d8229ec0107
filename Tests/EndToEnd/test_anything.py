"""Whatever a client says, in whatever order: it is answered, nothing hangs or dies, and the books add up."""

import random
import re
from pathlib import Path

import pytest

import daemon as daemons
import resp

HERE = Path(__file__).resolve().parent
BOOKS = sorted(HERE.glob("*.json5"))

ODD = [
    "", "0", "1", "-1", "+1", "01", "007", "1.5", "1e3", "9223372036854775807", "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "99999999999999999999999", "*", "~1", "~99999999999", "~", "/", "a/b", "a/b/c",
    "log", "log:", "log:*", "$", "+", "-", "(1", "1-1", "0-0", "@0", "@1", "@72057594037927935", "@72057594037927936",
    "2026-01-05T12:00:00Z", "4000-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-W02", "é", "👩‍🚀", "a\u202eb", "a\x00b", "a\r\nb",
    b"\xff\xfe", b"\xc0\x80", "x" * 32, "x" * 33, "x" * 128, "x" * 129, "x" * 300, "a:b", ":", "a:", ":a", "a:b:c", "=", "a=b", "=b", "a=",
    "KEY", "DRYRUN", "COUNT", "ASOF", "STREAMS", "{}", "{ edition: 1, title: 'x' }", "account:alice", "notice:x", "%s%n", "\\", "'",
]
OPTIONS = [("KEY",), ("BY",), ("MEMO",), ("CAUSE",), ("EXPECT",), ("AT",), ("UNTIL",), ("FOR",), ("COUNT",), ("BEFORE",), ("KIND",),
           ("CURRENCY",), ("SINCE",), ("ASOF",)]
WRITES = ["AWARD", "SPEND", "TRANSFER", "HOLD", "SETTLE", "RELEASE", "RECORD", "CLAIM", "FACT", "REVERSE", "MIGRATE", "RUN", "FREEZE",
          "UNFREEZE", "FORGET"]
READS = ["BALANCE", "PROFILE", "HISTORY", "EVENT", "WHY", "OFFERS", "XRANGE", "XREVRANGE", "XREAD", "XLEN", "XINFO", "TOP", "RANK", "STATS"]
OTHERS = ["RULES", "PROJECTION", "INFO", "PING", "ECHO", "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "HELLO", "CLIENT", "COMMAND",
          "CONFIG", "SELECT", "TIME", "CHECKPOINT", "PROOF", "CONSISTENCY", "NOSUCH", ""]


class Attacker:
    def __init__(self, daemon, seed):
        self.daemon = daemon
        self.draw = random.Random(seed)
        self.client = daemon.client()
        self.head = 50
        names = self.client.call("COMMAND", "LIST")
        assert {name.lower() for name in WRITES} <= set(names)
        self.words = self.names_of_the_rulebook()

    def names_of_the_rulebook(self):
        text = Path(self.daemon.rules).read_text()
        return sorted(set(re.findall(r"\b([a-z_]{2,20})\b:", text)))

    def account(self):
        return self.draw.choice(["alice", "bob", "carol", "alice/knight", f"p{self.draw.randrange(30)}", "~2"])

    def balance(self):
        word = self.draw.choice(self.words)
        return word if self.draw.random() < 0.7 else f"{word}:{self.draw.choice(['purse', 'x', 'north:tower'])}"

    def number(self):
        near = self.head + self.draw.randrange(-8, 4)
        return self.draw.choice([1, 2, 5, 50, 1000, max(1, near), max(1, near), max(1, self.head)])

    def word(self):
        draw = self.draw.random()
        if draw < 0.12:
            return self.draw.choice(ODD)
        if draw < 0.3:
            return f"{self.draw.choice(self.words)}={self.draw.choice(['1', '2', 'x', 'alice', *self.words[:20]])}"
        return self.draw.choice([self.account, self.balance, self.number, lambda: self.draw.choice(self.words)])()

    def sensible(self, verb):
        balance, account = self.balance, self.account
        return {
            "AWARD": lambda: [account(), balance(), self.number()], "SPEND": lambda: [account(), balance(), self.number()],
            "TRANSFER": lambda: [account(), account(), balance(), self.number()],
            "HOLD": lambda: [account(), balance(), self.number()], "SETTLE": lambda: [self.number()], "RELEASE": lambda: [self.number()],
            "REVERSE": lambda: [self.number()], "FACT": lambda: [account(), self.draw.choice(self.words), self.word()],
            "RECORD": lambda: [account(), self.draw.choice(self.words), *(self.word() for _ in range(self.draw.randrange(3)))],
            "CLAIM": lambda: [account(), self.draw.choice(self.words), *(self.word() for _ in range(self.draw.randrange(3)))],
            "BALANCE": lambda: [account(), balance()], "WHY": lambda: [account(), balance()], "EVENT": lambda: [self.number()],
            "HISTORY": lambda: [self.draw.choice([account(), "*"])], "XRANGE": lambda: [f"log:{account()}", "-", "+"],
            "XREVRANGE": lambda: ["log", self.number(), "-", "COUNT", "3"], "XREAD": lambda: ["STREAMS", "log", self.number()],
            "XINFO": lambda: ["STREAM", f"log:{account()}"], "MIGRATE": lambda: [self.draw.choice(self.words), account(), self.word()],
        }.get(verb, lambda: [account()])()

    def command(self):
        kind = self.draw.random()
        verb = self.draw.choice(WRITES if kind < 0.6 else READS if kind < 0.85 else OTHERS)
        if verb in ("XREAD",) and self.draw.random() < 0.5:
            return ("XREAD", "BLOCK", 1, "STREAMS", "log", "$")
        if verb in OTHERS or self.draw.random() < 0.2:
            words = [self.word() for _ in range(self.draw.randrange(6))]
        else:
            words = self.sensible(verb)
        if words and self.draw.random() < 0.1:
            words[self.draw.randrange(len(words))] = self.draw.choice(ODD)
        if verb not in OTHERS:
            while self.draw.random() < 0.3:
                words += [*self.draw.choice(OPTIONS), self.word()]
            if verb in WRITES and self.draw.random() < 0.15:
                words.append("DRYRUN")
        if verb in ("CLIENT", "HELLO") or words and str(words[0]).upper() == "BLOCK":
            words = words[:1]
        return (verb, *words)

    def say(self, count):
        """Pipelines of a few, some of them groups; every one of them is answered."""
        while count > 0:
            commands = [self.command() for _ in range(self.draw.randrange(1, 12))]
            if self.draw.random() < 0.4:
                commands = [("MULTI",), *[self.write_of_a_group() for _ in range(self.draw.randrange(1, 8))], ("EXEC",)]
            commands.append(("DISCARD",))
            replies = self.client.many(commands)
            assert len(replies) == len(commands)
            for reply in replies:
                assert not (isinstance(reply, resp.Refused) and reply.code == "CORRUPT"), reply
            count -= len(commands)
            self.head = self.client.call("XLEN", "log")

    def write_of_a_group(self):
        """Often about what the group itself is going to do."""
        verb = self.draw.choice([verb for verb in WRITES if verb not in ("MIGRATE", "RUN")] + ["BALANCE"])
        words = self.sensible(verb)
        if verb in ("REVERSE", "SETTLE", "RELEASE"):
            words = [self.head + self.draw.randrange(-2, 7)]
        if verb != "BALANCE" and self.draw.random() < 0.2:
            words += ["KEY", self.draw.choice("abcdefgh")]
        return (verb, *words)


@pytest.mark.parametrize("rules", BOOKS, ids=lambda path: path.stem)
def test_anything_may_be_said(make_daemon, rules, seed, scale):
    daemon = make_daemon(rules=rules)
    attackers = [Attacker(daemon, seed + index) for index in range(3)]
    for _ in range(int(12 * scale) or 1):
        for attacker in attackers:
            attacker.say(120)
    with daemon.client() as client:
        accounts = ["alice", "bob", "alice/knight", *(f"p{n}" for n in range(30))]
        before = [client.call("PROFILE", account) for account in accounts]
    daemon.restart()
    with daemon.client() as client:
        assert [client.call("PROFILE", account) for account in accounts] == before
    daemon.stop()
    done = daemons.stele("verify", "--data", daemon.data, check=False)
    assert done.returncode == 0, done.stdout
