"""A deliberately naive model of the ledger, for the rules in contract.json5, written from the contract alone.

Keeps every accepted command's effect in dictionaries of Python integers. Says for each command what the daemon
must answer: the changes, the balances and the rungs reached, or the code of the refusal.
"""

import copy

INT64_MAX = (1 << 63) - 1
TIERS = [("newcomer", 0), ("regular", 500), ("core", 5_000), ("maintainer", 25_000)]
CURRENCIES = {"coin", "gold", "xp", "honor", "reputation"}
TRANSFERABLE = {"coin", "gold"}


def level(xp):
    """Level n begins at 100 × n × (n − 1) / 2."""
    n = 1
    while 100 * (n + 1) * n // 2 <= xp:
        n += 1
    return min(n, 10_000)


def tier(xp):
    return [name for name, floor in TIERS if floor <= xp][-1]


class Refusal(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Account:
    def __init__(self):
        self.balances = {}  # name -> [earned, spent, held]
        self.received = {}
        self.facts = {}
        self.frozen = False
        self.last = 0

    def available(self, balance):
        earned, spent, held = self.balances.get(balance, (0, 0, 0))
        return earned - spent - held

    def post(self, balance, side, amount):
        sides = self.balances.setdefault(balance, [0, 0, 0])
        sides[side] += amount
        if abs(sides[side]) > INT64_MAX:
            raise Refusal("OVERFLOW")


class Model:
    def __init__(self):
        self.accounts = {}
        self.holds = {}  # seq -> (account, balance, amount)
        self.events = {}  # seq -> (verb, account, [(account, balance, side, amount)], reversed so far)
        self.keys = {}  # (account, key) -> (command, reply)

    def copy(self):
        return copy.deepcopy(self)

    def account(self, name):
        return self.accounts.setdefault(name, Account())

    def balances(self):
        return {
            name: {balance: tuple(sides) for balance, sides in account.balances.items()}
            for name, account in self.accounts.items()
        }

    def apply(self, seq, command):
        """What a command answers; `seq` is the number that its event gets if it is accepted."""
        trial = self.copy_of_touched(command)
        postings, touched = trial.decide(command)
        before = {name: level_and_tier(self.accounts.get(name)) for name in touched}
        for name, balance, side, amount in postings:
            trial.account(name).post(balance, side, amount)
        for name in touched:
            trial.account(name).last = seq
        own = touched[0]
        changes, balances = {}, {}
        for name, balance, side, amount in postings:
            shown = balance if name == own else f"{name} {balance}"
            changes[shown] = changes.get(shown, 0) + (amount if side == 0 else -amount)
            balances[shown] = trial.account(name).available(balance)
        reached = [
            (ladder, old, new)
            for name in touched
            for ladder, old, new in zip(("level", "tier"), before[name], level_and_tier(trial.accounts[name]))
            if old != new
        ]
        verb = command[0]
        trial.events[seq] = (verb, own, postings, 0)
        if verb == "HOLD":
            trial.holds[seq] = (own, command[2], int(command[3]))
        if verb in ("SETTLE", "RELEASE"):
            del trial.holds[command[1]]
        if verb == "REVERSE":
            origin = trial.events[command[1]]
            amount = command[2] if len(command) > 2 else whole(origin)
            trial.events[command[1]] = origin[:3] + (origin[3] + amount,)
        self.__dict__.update(trial.__dict__)
        return {"changes": changes, "balances": balances, "reached": reached}

    def copy_of_touched(self, command):
        """Cheaper than a whole copy: accounts named by the command are copied, dictionaries are."""
        trial = Model()
        trial.accounts = dict(self.accounts)
        trial.holds, trial.events, trial.keys = dict(self.holds), dict(self.events), self.keys
        names = [part for part in command[1:3] if isinstance(part, str)]
        for subject in command[1:2]:
            if isinstance(subject, int) and subject in self.events:
                names += [posting[0] for posting in self.events[subject][2]] + [self.events[subject][1]]
        for name in names:
            if name in trial.accounts:
                trial.accounts[name] = copy.deepcopy(trial.accounts[name])
        return trial

    def decide(self, command):
        """(postings, accounts touched, the command's own first) or a refusal."""
        return getattr(self, command[0].lower())(*command[1:])

    def standing(self, *names):
        for name in names:
            if name in self.accounts and self.accounts[name].frozen:
                raise Refusal("FROZEN")

    def take(self, name, balance, amount):
        available = self.accounts[name].available(balance) if name in self.accounts else 0
        if available < amount:
            raise Refusal("INSUFFICIENT")

    def award(self, account, balance, amount):
        self.standing(account)
        return [(account, balance, 0, amount)], [account]

    def spend(self, account, balance, amount):
        self.standing(account)
        self.take(account, balance, amount)
        return [(account, balance, 1, amount)], [account]

    def transfer(self, source, target, balance, amount):
        self.standing(source, target)
        self.take(source, balance, amount)
        return [(source, balance, 1, amount), (target, balance, 0, amount)], [source, target]

    def hold(self, account, balance, amount):
        self.standing(account)
        self.take(account, balance, amount)
        return [(account, balance, 2, amount)], [account]

    def settle(self, seq, amount=None):
        account, balance, held = self.open_hold(seq)
        amount = held if amount is None else amount
        if amount > held:
            raise Refusal("ANY")
        return [(account, balance, 2, -held), (account, balance, 1, amount)], [account]

    def release(self, seq):
        account, balance, held = self.open_hold(seq)
        return [(account, balance, 2, -held)], [account]

    def open_hold(self, seq):
        if seq not in self.holds:
            raise Refusal("ANY")
        self.standing(self.holds[seq][0])
        return self.holds[seq]

    def record(self, account, action, difficulty, place):
        assert action == "quest"
        self.standing(account)
        amount = 10 * difficulty
        return [(account, "xp", 0, amount), (account, f"reputation:{place}", 0, amount)], [account]

    def fact(self, account, name, value):
        self.standing(account)
        facts = self.account(account).facts
        if facts.get(name, "") == value:
            raise Refusal("ANY")
        if value == "":
            del facts[name]
        else:
            facts[name] = value
        return [], [account]

    def reverse(self, seq, amount=None):
        if seq not in self.events:
            raise Refusal("ANY")
        verb, own, postings, done = self.events[seq]
        if verb not in ("AWARD", "SPEND", "TRANSFER", "RECORD"):
            raise Refusal("ANY")
        left = whole(self.events[seq]) - done
        # Several postings are reversed whole: the amount may be left out, or be that of the first.
        if amount not in (None, left) and verb == "RECORD":
            raise Refusal("ANY")
        if left <= 0 or (amount or 0) > left:
            raise Refusal("ANY")
        names = list(dict.fromkeys([own] + [posting[0] for posting in postings]))
        self.standing(*names)
        back = []
        for name, balance, side, posted in postings:
            size = posted if verb == "RECORD" else (amount if amount is not None else left)
            back.append((name, balance, side, -size))
            if side == 0:
                self.take(name, balance, size)
        return back, names

    def freeze(self, account):
        if self.account(account).frozen:
            raise Refusal("ANY")
        self.account(account).frozen = True
        return [], [account]

    def unfreeze(self, account):
        if account not in self.accounts or not self.accounts[account].frozen:
            raise Refusal("ANY")
        self.accounts[account].frozen = False
        return [], [account]


def whole(event):
    """How much of an event there is to reverse."""
    return event[2][0][3] if event[2] else 0


def level_and_tier(account):
    xp = account.balances.get("xp", (0, 0, 0))[0] if account else 0
    return level(xp), tier(xp)
