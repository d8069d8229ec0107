"""Cases as tables that a designer can read: a command a row, what must come of it behind `->`.

    RECORD ada progress xp=499          -> xp 499, level 1
    @2026-01-05T10:00:00Z RECORD ada …  -> streak daily 2
    SPEND ada coins 101                 -> INSUFFICIENT needs=101 has=100
    look bob                            -> xp 0, level 1

`ada`, `bob` and `cat` stand for accounts that no other case has. `@time` is sent as AT. `look` sends
nothing. Expectations, separated by commas, speak of the row's first account unless `bob:` stands before:

    xp 5                the balance's available amount
    level 3, tier ember a ladder's rung
    CODE name=value     the refusal; text in double quotes has to be part of its sentence
    duplicate           the reply says so
    owns x · lacks x · wears slot x · fact x 5 · fact x - · streak daily 2 · longest daily 3
    goal x 2/5 · goal x 5/5 done · goal x - · claims "reward tier=1 track=free" · granted x · nothing granted
    claimable "reward tier=2 track=free" · nothing claimable · reached tier 1 2 · explain name 5 · shows field 5
    top points "1 ada 50" "2 bob 30" · answers paid 2 · tells level_up new_level 2 · tells nothing
"""

import itertools
import json
import re
import shlex

import resp

NAMES = ("ada", "bob", "cat")
counter = itertools.count()


class Case:
    def __init__(self, client, rows, tag):
        self.client = client
        self.rows = [row.strip() for row in rows.strip().splitlines() if row.strip() and not row.strip().startswith("#")]
        mark = f"{tag}{next(counter)}"
        self.names = {name: f"{name}-{mark}" for name in NAMES}

    def run(self):
        assert self.rows, "a case without rows"
        for row in self.rows:
            self.row(row)

    def name(self, text):
        """Puts this case's accounts where `ada` and her like stand as whole words."""
        return re.sub(r"\b(%s)\b" % "|".join(NAMES), lambda match: self.names[match[0]], text)

    def row(self, row):
        command, arrow, expected = row.partition("->")
        assert arrow and expected.strip(), f"no expectation: {row}"
        arguments = shlex.split(self.name(command))
        at = None
        if arguments[0].startswith("@"):
            at = arguments.pop(0)[1:]
        account = arguments[1] if len(arguments) > 1 else None
        self.reply, self.refused = None, None
        if arguments[0] != "look":
            if arguments[0] == "MIGRATE":
                account = arguments[2]
            try:
                self.reply = self.client.map(*arguments, *(["AT", at] if at else []))
            except resp.Refused as refused:
                self.refused = refused
        wants = [want.strip() for want in split(expected)]
        if self.refused and not re.match(r"[A-Z]{4,}", wants[0]):
            raise AssertionError(f"{row}\nwas refused: {self.refused.line}")
        for want in wants:
            owner, text = account, self.name(want)
            prefix = re.match(r"(%s):(.*)" % "|".join(NAMES), want)
            if prefix:
                owner, text = self.names[prefix[1]], self.name(prefix[2])
            wrong = self.check(owner, text.strip())
            if wrong:
                raise AssertionError(f"{row}\nwanted {want}: {wrong}")

    # Each answers what is wrong, or nothing.

    def check(self, account, text):
        words = shlex.split(text)
        first = words[0]
        if re.fullmatch(r"[A-Z]{4,}", first):
            return self.check_refusal(first, words[1:])
        named = getattr(self, f"check_{first}", None)
        if named:
            return named(account, *words[1:])
        return self.check_number(account, *words)

    def check_refusal(self, code, rest):
        if self.refused is None:
            return f"it was done: {self.reply}"
        if self.refused.code != code:
            return self.refused.line
        for word in rest:
            name, equals, value = word.partition("=")
            if equals and re.fullmatch(r"\w+", name):
                if self.refused.facts.get(name) != value:
                    return self.refused.line
            elif word not in self.refused.sentence:
                return self.refused.line

    def profile(self, account):
        return self.client.map("PROFILE", account)

    def check_number(self, account, name, wanted):
        profile = self.profile(account)
        if name in profile["ladders"]:
            return differs(profile["ladders"][name]["rung"], wanted)
        return differs(profile["balances"].get(name, {"available": 0})["available"], wanted)

    def check_duplicate(self, account):
        return differs(self.reply["duplicate"], "True")

    def check_owns(self, account, item):
        return None if item in self.profile(account)["items"] else "it isn't owned"

    def check_lacks(self, account, item):
        return None if item not in self.profile(account)["items"] else "it is owned"

    def check_wears(self, account, slot, item):
        return differs(self.profile(account)["equipped"].get(slot, "-"), item)

    def check_fact(self, account, name, wanted):
        return differs(self.profile(account)["facts"].get(name, "-"), wanted)

    def check_streak(self, account, name, wanted):
        return differs(self.profile(account)["streaks"].get(name, {"current": 0})["current"], wanted)

    def check_longest(self, account, name, wanted):
        return differs(self.profile(account)["streaks"].get(name, {"longest": 0})["longest"], wanted)

    def check_goal(self, account, name, wanted, done=None):
        goal = self.profile(account)["goals"].get(name)
        if goal is None or wanted == "-":
            return differs("-" if goal is None else goal, wanted)
        return differs(f"{goal['progress']}/{goal['target']}", wanted) or differs(bool(goal["done"]), str(bool(done)))

    def check_claims(self, account, claim):
        claims = self.profile(account)["claims"]
        return None if claim in claims else f"claims are {claims}"

    def check_granted(self, account, item):
        return None if item in self.reply.get("granted", []) else f"granted: {self.reply.get('granted')}"

    def check_claimable(self, account, *wanted):
        got = self.reply.get("claimable", [])
        return None if all(each in got for each in wanted) else f"claimable: {got}"

    def check_nothing(self, account, part):
        return differs(self.reply.get(part, "-"), "-")

    def check_reached(self, account, ladder, low, high):
        for each in self.reply.get("reached", []):
            if each["ladder"] == ladder and each.get("account", account) == account:
                return differs(f"{each['from']} {each['to']}", f"{low} {high}")
        return f"reached: {self.reply.get('reached')}"

    def check_explain(self, account, name, wanted):
        return differs(self.reply.get("explain", {}).get(name), wanted)

    def check_answers(self, account, field, wanted):
        return differs(self.reply.get(field), wanted)

    def check_top(self, account, board, *wanted):
        top = self.client.call("TOP", board, "COUNT", len(wanted) + 1)
        top = [entry if isinstance(entry, dict) else resp.pairs(entry) for entry in top]
        got = [f"{entry['rank']} {entry['account']} {entry['value']}" for entry in top]
        return None if got == list(wanted) else f"it is {got}"

    def check_tells(self, account, notice, field=None, wanted=None):
        """What the row's event is told of, as its stream entry has it."""
        seq = self.reply["seq"]
        ((_, fields),) = self.client.call("XRANGE", f"log:{account}", f"{seq}-0", f"{seq}-0")
        fields = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2]))
        notices = {each["notice"]: each for each in json.loads(fields.get("notices", "[]"))}
        if notice == "nothing":
            return f"told: {notices}" if notices else None
        return differs(notices.get(notice, {}).get(field), wanted)

    def check_shows(self, account, field, wanted):
        return differs(self.profile(account).get(field, "-"), wanted)


def differs(got, wanted):
    return None if str(got) == wanted else f"it is {got}"


def split(text):
    """At commas outside of double quotes."""
    return [part for part in re.findall(r'(?:[^,"]|"[^"]*")+', text) if part.strip()]


def titled(text):
    """From `## title` headings with rows below to (title, rows) pairs, for parametrize."""
    parts = re.split(r"^\s*## (.*)$", text, flags=re.MULTILINE)[1:]
    return [(title.strip(), rows) for title, rows in zip(parts[::2], parts[1::2])]


def ids(cases):
    return [title for title, _ in cases]
