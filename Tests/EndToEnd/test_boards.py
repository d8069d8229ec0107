"""Leaderboards: TOP and RANK against a list that is sorted here, in every state that the daemon can be in."""

import random
import time
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parent / "boards.json5"
DAY = 86_400


@pytest.fixture
def board_daemon(make_daemon):
    return make_daemon(rules=RULES)


def ranked(values, ties):
    """[(rank, account, value)] of {account: (value, second, reached)}."""
    order = sorted(values.items(), key=lambda entry: (-entry[1][0], -entry[1][1], entry[1][2]))
    rows, keys = [], 0
    for position, (account, (value, second, _)) in enumerate(order):
        tied = position > 0 and order[position - 1][1][:2] == (value, second)
        keys += not tied
        rank = {"earliest": position + 1, "dense": keys, "shared": rows[-1][0] if tied else position + 1}[ties]
        rows.append((rank, account, value))
    return rows


def top(client, board, *options):
    rows = client.call("TOP", board, *options)
    return [(row["rank"], row["account"], row["value"]) for row in rows]


def rank(client, board, account, *options):
    return client.map("RANK", board, account, *options)


class Book:
    """What was written, and what the boards must say of it."""

    def __init__(self, client):
        self.client = client
        self.points, self.hidden, self.earned, self.levels = {}, set(), {}, {}
        self.shown = {}  # account -> the event that showed it again

    def give(self, account, amount):
        seq = self.client.map("AWARD", account, "points", amount)["seq"]
        self.earned[account] = (self.earned.get(account, (0,))[0] + amount, 0, seq)
        self.move(account, amount, seq)

    def take(self, account, amount):
        self.move(account, -amount, self.client.map("SPEND", account, "points", amount)["seq"])

    def move(self, account, amount, seq):
        before = self.points.get(account, (0, 0, 0))[0]
        self.points[account] = (before + amount, 0, seq)
        level = 1 + sum(self.earned[account][0] >= floor for floor in (100, 1000))
        new = (level, (before + amount) % 2)
        if self.levels.get(account, (None, None, 0))[:2] != new:
            self.levels[account] = (*new, seq)

    def hide(self, account, yes):
        seq = self.client.map("RECORD", account, "hide", f"yes={str(yes).lower()}")["seq"]
        if yes:
            self.hidden.add(account)
        elif account in self.hidden:
            self.hidden.discard(account)
            self.shown[account] = seq

    def check(self):
        def visible(values):
            return {account: value for account, value in values.items() if account not in self.hidden}

        # Whoever was hidden stands there anew.
        points = {
            account: (value, second, max(reached, self.shown.get(account, 0)))
            for account, (value, second, reached) in visible(self.points).items()
        }
        for board, ties, values in [
            ("points", "shared", points), ("first", "earliest", self.points), ("dense", "dense", self.points),
            ("levels", "earliest", self.levels), ("week", "shared", visible(self.earned)),
        ]:
            rows = ranked(values, ties)
            assert top(self.client, board, "COUNT", 1000) == rows, board
            for _ in range(3):
                start = random.randrange(1, len(rows) + 3)
                count = random.randrange(1, 20)
                expected = [row for row in rows if row[0] >= start][:count]
                assert top(self.client, board, "COUNT", count, "FROM", start) == expected, board
            for _ in range(3):
                place, reach = random.randrange(len(rows)), random.randrange(4)
                own, account, value = rows[place]
                found = rank(self.client, board, account, "AROUND", reach)
                assert (found["rank"], found["value"]) == (own, value)
                around = [(row["rank"], row["account"], row["value"]) for row in found["around"]]
                assert around == rows[max(0, place - reach) : place + reach + 1]
                assert "around" not in rank(self.client, board, account)
        for account in self.hidden:
            assert self.client.refusal("RANK", "points", account).code == "NOTFOUND"


def play(book, rounds):
    for _ in range(rounds):
        account = f"p{random.randrange(40)}"
        what = random.random()
        if what < 0.15 and book.points.get(account, (0,))[0] > 0:
            book.take(account, random.randrange(1, book.points[account][0] + 1))
        elif what < 0.3 and account in book.points:
            if account in book.hidden:
                book.hide(account, False)
            else:
                book.hide(account, True)
        else:
            book.give(account, random.choice([1, 1, 2, 5, 50, 400]))


def test_ranks_are_those_of_a_sorted_list(board_daemon, seed):
    random.seed(seed)
    with board_daemon.client() as client:
        book = Book(client)
        for _ in range(5):
            play(book, 120)
            book.check()
        # Ranks are built from what is stored: nothing may depend on having been there.
        for gently in (False, True):
            client.close()
            board_daemon.restart(gently)
            book.client = client = board_daemon.client()
            book.check()
            play(book, 40)
            book.check()
        assert client.map("PROJECTION", "REBUILD", "boards")["equal"] is True


def test_an_empty_board_and_what_is_none(board_daemon):
    with board_daemon.client() as client:
        assert client.call("TOP", "points") == []
        assert client.refusal("RANK", "points", "nobody").code == "NOTFOUND"
        assert client.refusal("TOP", "nonsense").code == "UNDECLARED"
        assert client.refusal("RANK", "nonsense", "nobody").code == "UNDECLARED"
        for command in [
            ("TOP",), ("TOP", "points", "COUNT"), ("TOP", "points", "COUNT", 0), ("TOP", "points", "FROM", 0),
            ("TOP", "points", "FROM", -1), ("TOP", "points", "COUNT", 1, "COUNT", 2), ("TOP", "points", "x"),
            ("RANK", "points"), ("RANK", "points", "a", "AROUND", "x"), ("RANK", "points", "a", "COUNT", 1),
        ]:
            assert client.refusal(*command).code == "BADARG", command
        # A fact alone puts nobody on a board, nor does another currency.
        client.call("FACT", "ann", "hidden", 0)
        client.call("AWARD", "ann", "score:go", 5)
        assert client.call("TOP", "points") == client.call("TOP", "today") == []
        client.call("AWARD", "ann", "points", 5)
        client.call("SPEND", "ann", "points", 5)
        assert top(client, "points") == [(1, "ann", 0)]
        assert top(client, "points", "FROM", 2) == []
        assert top(client, "points", "COUNT", 10**9) == [(1, "ann", 0)]


def test_refusals_groups_and_dry_runs_leave_no_trace(board_daemon):
    with board_daemon.client() as client:
        client.call("AWARD", "ann", "points", 10)
        client.call("AWARD", "bob", "points", 20)
        before = top(client, "points")
        client.call("AWARD", "ann", "points", 50, "DRYRUN")
        client.call("AWARD", "new", "points", 50, "DRYRUN")
        assert client.refusal("SPEND", "bob", "points", 21).code == "INSUFFICIENT"
        client.call("MULTI")
        client.call("AWARD", "ann", "points", 100)
        client.call("AWARD", "new", "points", 5)
        client.call("SPEND", "bob", "points", 21)
        assert client.refusal("EXEC").code == "INSUFFICIENT"
        assert top(client, "points") == before == [(1, "bob", 20), (2, "ann", 10)]
        client.call("TRANSFER", "bob", "ann", "points", 15)
        assert top(client, "points") == [(1, "ann", 25), (2, "bob", 5)]


def test_windows_end(board_daemon):
    with board_daemon.client() as client:
        now = time.time()
        client.call("AWARD", "old", "points", 50, "AT", f"@{int((now - 8 * DAY) * 1e6)}")
        client.call("AWARD", "both", "points", 30, "AT", f"@{int((now - 8 * DAY) * 1e6)}")
        client.call("AWARD", "both", "points", 5)
        # What happened in a week that is over doesn't move who stands in a newer one.
        client.call("AWARD", "both", "points", 100, "AT", f"@{int((now - 8 * DAY) * 1e6)}")
        assert top(client, "week") == [(1, "both", 5)]
        assert top(client, "points")[0] == (1, "both", 135)
        client.call("AWARD", "ann", "score:chess", 3)
        client.call("AWARD", "ann", "score:go", 30)
        seq = client.map("AWARD", "ann", "score:chess", 4)["seq"]
        assert top(client, "today") == [(1, "ann", 7)]
        client.call("REVERSE", seq)
        assert top(client, "today") == [(1, "ann", 3)]
        # Taken back today, but earned last week.
        early = client.map("AWARD", "both", "score:chess", 9, "AT", f"@{int((now - 8 * DAY) * 1e6)}")["seq"]
        client.call("AWARD", "both", "score:chess", 2)
        client.call("REVERSE", early)
        assert top(client, "today") == [(1, "ann", 3), (2, "both", 2)]


def test_frozen_stay_and_forgotten_go(board_daemon):
    with board_daemon.client() as client:
        for account, amount in [("ann", 3), ("ann/knight", 2), ("bob", 1)]:
            client.call("AWARD", account, "points", amount)
        client.call("FREEZE", "ann")
        assert [row[1] for row in top(client, "points")] == ["ann", "ann/knight", "bob"]
        client.call("UNFREEZE", "ann")
        client.call("FORGET", "ann")
        for board in ("points", "first", "dense", "levels", "week"):
            assert [row[1] for row in top(client, board)] == ["bob"], board
        assert client.refusal("RANK", "points", "~1").code == "NOTFOUND"
        client.call("AWARD", "ann", "points", 9)
        assert top(client, "points") == [(1, "ann", 9), (2, "bob", 1)]
        assert client.map("PROJECTION", "REBUILD", "boards")["equal"] is True


def test_hidden_accounts_go_on_earning(board_daemon):
    with board_daemon.client() as client:
        client.call("AWARD", "ann", "points", 10)
        client.call("AWARD", "bob", "points", 5)
        client.call("FACT", "ann", "hidden", 1)
        assert top(client, "week") == top(client, "points") == [(1, "bob", 5)]
        client.call("AWARD", "ann", "points", 7)
        assert top(client, "week") == [(1, "bob", 5)]
        client.call("FACT", "ann", "hidden", "")
        assert top(client, "week") == top(client, "points") == [(1, "ann", 17), (2, "bob", 5)]


def test_new_boards_are_filled(make_daemon, tmp_path):
    text = RULES.read_text()
    without = tmp_path / "without.json5"
    without.write_text(text[: text.index("  boards:")] + text[text.index("  jobs:") :])
    daemon = make_daemon(rules=without)
    with daemon.client() as client:
        for index in range(700):
            client.call("AWARD", f"p{index}", "points", 1 + index % 37)
        client.call("AWARD", "ghost", "points", 99)
        client.call("FORGET", "ghost")
        client.call("FACT", "p36", "hidden", 1)
        assert client.refusal("TOP", "points").code == "UNDECLARED"
        client.call("RULES", "PUT", text)
        rows = top(client, "points", "COUNT", 1000)
        assert len(rows) == 699 and "p36" not in [row[1] for row in rows]
        assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)
        assert rank(client, "dense", "p36")["rank"] == 1
        assert top(client, "week") == []
        events = client.call("XLEN", "log")
        client.call("RULES", "PUT", text + "\n// The same boards.\n")
        # Two events of the rulebook, and nothing to fill.
        assert client.call("XLEN", "log") == events + 2
        other = text.replace('ties: "dense"', 'ties: "dense", hidden: "available(\'points\') < 30"')
        client.call("RULES", "PUT", other)
        assert min(row[2] for row in top(client, "dense", "COUNT", 1000)) == 30
        daemon.restart()
    with daemon.client() as client:
        assert min(row[2] for row in top(client, "dense", "COUNT", 1000)) == 30
        assert client.map("PROJECTION", "REBUILD", "boards")["equal"] is True


def changing(boards):
    return """{
      edition: 1,
      currencies: { a: { raw: ["game"] }, b: { raw: ["game"] }, c: { raw: ["game"] } },
      actions: { mark: { gives: [{ fact: "seen", value: 1 }] } },
      boards: { %s },
    }""" % boards


CHANGES = [
    # Before, after, what the changed board x shows then.
    ("by: \"earned('a')\"", "by: \"earned('b')\"", [(1, "u1", 7)]),
    ("by: \"earned('a')\"", "earned: 'b', window: 'week'", []),
    ("earned: 'a', window: 'week'", "earned: 'b', window: 'week'", []),
    ("earned: 'a', window: 'week'", "earned: 'a', window: 'day'", []),
    ("earned: 'a', window: 'week'", "by: \"earned('b')\"", [(1, "u1", 7)]),
    ("by: \"earned('a')\", window: 'week'", "by: \"earned('a')\"", [(1, "u3", 100), (2, "u1", 10), (3, "u2", 5)]),
    ("by: \"earned('a')\", window: 'day'", "by: \"earned('b')\", window: 'month'", [(1, "u1", 7)]),
    # Who has no b has no value.
    ("by: \"earned('a')\"", "by: \"floor(earned('a') / earned('b'))\"", [(1, "u1", 1)]),
    # Only shown otherwise: what was earned stays.
    ("earned: 'a', window: 'week'", "earned: 'a', window: 'week', ties: 'dense', hidden: \"earned('b') > 0\"",
     [(1, "u3", 100), (2, "u2", 5)]),
]


@pytest.mark.parametrize("before, after, expected", CHANGES)
def test_a_changed_board_begins_anew(make_daemon, tmp_path, before, after, expected):
    rules = tmp_path / "rules.json5"
    rules.write_text(changing(f"x: {{ {before} }}, y: {{ by: \"earned('a')\" }}"))
    daemon = make_daemon(rules=rules)
    with daemon.client() as client:
        for account, currency, amount in [("u1", "a", 10), ("u1", "b", 7), ("u2", "a", 5), ("u3", "a", 100)]:
            client.call("AWARD", account, currency, amount)
        old = top(client, "x")
        assert old == [(1, "u3", 100), (2, "u1", 10), (3, "u2", 5)]
        # What moves right behind the new rules may do so before everybody's place was looked at.
        replies = client.many([
            ("RULES", "PUT", changing(f"x: {{ {after} }}, y: {{ by: \"earned('a')\" }}")),
            ("TOP", "x"), ("AWARD", "u2", "c", 1), ("RECORD", "u3", "mark"),
        ])
        assert isinstance(replies[0], (int, dict)), replies[0]
        assert [(row["rank"], row["account"], row["value"]) for row in replies[1]] == expected
        assert top(client, "x") == expected and top(client, "y") == old
        assert client.map("PROJECTION", "REBUILD", "boards")["equal"] is True
    daemon.restart()
    with daemon.client() as client:
        assert top(client, "x") == expected and top(client, "y") == old


def test_a_sum_that_is_changed_while_the_board_is_filled(make_daemon, tmp_path):
    rules = tmp_path / "rules.json5"
    rules.write_text(changing("x: { earned: 'a', window: 'month' }"))
    daemon = make_daemon(rules=rules)
    count = 1_000
    with daemon.client() as client:
        client.many([("AWARD", f"u{i}", "a", 1_000 + i) for i in range(count)])
        changed = changing("x: { earned: 'b', window: 'month' }")
        awards = [("AWARD", f"u{i}", "b", 1 + i) for i in range(count - 1, 0, -3)]
        client.many([("RULES", "PUT", changed)] + awards)
        rows = top(client, "x", "COUNT", 2 * count)
        assert [row[1:] for row in rows] == [(f"u{i}", 1 + i) for i in range(count - 1, 0, -3)]
        # Again what it was, which is another change: neither sum is gone on with.
        client.many([("RULES", "PUT", changing("x: { earned: 'a', window: 'month' }")), ("AWARD", "u7", "a", 3)])
        assert top(client, "x") == [(1, "u7", 3)]
        client.call("RULES", "PUT", changing("x: { earned: 'a', window: 'month', ties: 'shared' }"))
        client.call("AWARD", "u7", "a", 4)
        assert top(client, "x") == [(1, "u7", 7)]
    daemon.restart()
    with daemon.client() as client:
        client.call("AWARD", "u7", "a", 1)
        client.call("AWARD", "u8", "a", 5)
        assert top(client, "x") == [(1, "u7", 8), (2, "u8", 5)]
        assert client.map("PROJECTION", "REBUILD", "boards")["equal"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        "b: {}", "b: { by: \"1\" }", "b: { by: \"available('points')\", earned: 'points' }",
        "b: { by: [] }", "b: { by: [\"1\", \"2\", \"3\"] }", "b: { earned: 'points' }",
        "b: { earned: 'none', window: 'day' }", "b: { by: \"available('points') > 1\" }",
        "b: { by: \"available('points')\", ties: 'odd' }", "b: { by: \"available('points')\", window: 'year' }",
        "b: { by: \"available('points')\", hidden: \"1\" }", "b: { by: \"available('points')\", more: 1 }",
        "'b c': { by: \"available('points')\" }",
    ],
)
def test_boards_that_make_no_sense_are_mistakes(board_daemon, wrong):
    with board_daemon.client() as client:
        text = f"{{ edition: 1, currencies: {{ points: {{}} }}, boards: {{ {wrong} }} }}"
        checked = client.map("RULES", "CHECK", text)
        assert checked["valid"] is False and len(checked["mistakes"]) >= 1
