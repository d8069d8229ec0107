"""Random commands against the daemon and an independent model at once, with restarts in between.

Repeat a run with STELE_TEST_SEED=n; make it longer with STELE_TEST_SCALE=10.
"""

import random
import shutil

import daemon as daemons
import model as models
import reader
import resp

ACCOUNTS = [f"p{n}" for n in range(9)]
PLAIN = ["coin", "gold:purse", "gold:chest"]


class Run:
    def __init__(self, daemon, seed):
        self.random = random.Random(seed)
        self.daemon = daemon
        self.model = models.Model()
        self.client = daemon.client()
        self.length = self.client.call("XLEN", "log")
        self.known = []  # (command with its key, first reply)
        self.snapshots = []  # (seq, account, balances then)
        self.seqs = []
        self.counts = {}

    # Commands

    def amount(self):
        r = self.random
        if r.random() < 0.01:
            return 1 << 40
        return r.choice([1, 2, 5, r.randint(1, 300), r.randint(1, 3000), r.randint(1, 50)])

    def seq(self):
        """Mostly an event of ours, at times any number."""
        r = self.random
        if self.model.holds and r.random() < 0.5:
            return r.choice(list(self.model.holds))
        return r.choice(self.seqs[-60:]) if self.seqs and r.random() < 0.95 else r.randint(1, 10**9)

    def command(self):
        r = self.random
        account, other = r.choice(ACCOUNTS), r.choice(ACCOUNTS)
        kind = r.choices(
            ["AWARD", "SPEND", "TRANSFER", "HOLD", "SETTLE", "RELEASE", "RECORD", "FACT", "REVERSE",
             "FREEZE", "UNFREEZE"],
            [30, 18, 10, 8, 7, 4, 12, 4, 8, 1, 3],
        )[0]
        if kind == "AWARD":
            return (kind, account, r.choice(PLAIN + ["xp"]), self.amount())
        if kind in ("SPEND", "HOLD"):
            return (kind, account, r.choice(PLAIN), self.amount())
        if kind == "TRANSFER":
            while other == account:
                other = r.choice(ACCOUNTS)
            return (kind, account, other, r.choice(PLAIN), self.amount())
        if kind == "SETTLE":
            return (kind, self.seq(), *([self.amount()] if r.random() < 0.6 else []))
        if kind == "RELEASE":
            return (kind, self.seq())
        if kind == "RECORD":
            return (kind, account, "quest", r.randint(1, 5), r.choice(["cave", "tower"]))
        if kind == "FACT":
            return (kind, account, r.choice(["strength", "class"]), r.choice(["", "1", "2", "mage"]))
        if kind == "REVERSE":
            return (kind, self.seq(), *([self.amount()] if r.random() < 0.4 else []))
        return (kind, account)

    @staticmethod
    def wire(command):
        if command[0] == "RECORD":
            return (*command[:3], f"difficulty={command[3]}", f"place={command[4]}")
        return command

    # One step

    def step(self):
        command = self.command()
        key = ("KEY", f"k{len(self.known)}") if self.random.random() < 0.4 else ()
        wire = self.wire(command) + key
        dry = self.ask(*self.wire(command), "DRYRUN") if self.random.random() < 0.3 else None
        reply = self.ask(*wire)
        new = reply["seq"] if isinstance(reply, dict) else 0
        try:
            expected = self.model.apply(new, command)
        except models.Refusal as refusal:
            expected = refusal.code
        self.compare(command, reply, expected)
        if dry is not None:
            self.same_outcome(command, dry, reply)
        self.counts[command[0], type(reply).__name__] = self.counts.get((command[0], type(reply).__name__), 0) + 1
        if isinstance(reply, dict):
            assert reply["seq"] > self.length and not reply["duplicate"]
            self.length = reply["seq"]
            self.seqs.append(reply["seq"])
            if key:
                self.known.append((wire, reply))
        else:
            assert self.client.call("XLEN", "log") == self.length, f"{command} was refused and wrote"

    def ask(self, *command):
        try:
            return self.client.map(*command)
        except resp.Refused as refused:
            return refused

    def compare(self, command, reply, expected):
        if isinstance(expected, str):
            assert isinstance(reply, resp.Refused), f"{command}: {reply}, the model refuses with {expected}"
            assert reply.code == expected or expected == "ANY", f"{command}: {reply}, the model: {expected}"
            return
        assert isinstance(reply, dict), f"{command}: {reply}, the model: {expected}"
        for part in ("changes", "balances"):
            got = {name: value for name, value in reply.get(part, {}).items()}
            want = expected[part]
            if part == "changes":
                got = {name: value for name, value in got.items() if value}
                want = {name: value for name, value in want.items() if value}
            assert got == want, f"{command}: {part} {got}, the model: {want}"
        reached = [(step["ladder"], step["from"], step["to"]) for step in reply.get("reached", [])]
        assert sorted(reached) == sorted(expected["reached"]), f"{command}: {reached}, the model: {expected}"

    def same_outcome(self, command, dry, wet):
        if isinstance(wet, resp.Refused):
            assert isinstance(dry, resp.Refused) and dry.line == wet.line, f"{command}: {dry} then {wet}"
        else:
            for part in ("changes", "balances", "reached", "explain", "duplicate"):
                assert dry.get(part) == wet.get(part), f"{command}: {part} {dry} then {wet}"

    # From time to time

    def group(self):
        commands = [self.command() for _ in range(self.random.randint(2, 6))]
        trial = self.model.copy()
        try:
            replies = self.client.transaction([self.wire(command) for command in commands])
        except resp.Refused as refused:
            place = int(refused.facts["command"])
            for number, command in enumerate(commands[:place], 1):
                try:
                    trial.apply(10**12 + number, command)
                    assert number < place, f"{commands}: {refused}, the model accepts"
                except models.Refusal as refusal:
                    assert number == place and refusal.code in (refused.code, "ANY"), f"{commands}: {refused}"
            assert self.client.call("XLEN", "log") == self.length
            return
        for command, reply in zip(commands, replies, strict=True):
            try:
                expected = trial.apply(reply["seq"], command)
            except models.Refusal as refusal:
                expected = refusal.code
            self.compare(command, reply, expected)
            self.length = reply["seq"]
            self.seqs.append(reply["seq"])
        self.model = trial

    def retry(self):
        wire, first = self.random.choice(self.known)
        assert self.client.map(*wire) == first | {"duplicate": True}, wire
        changed = [*wire]
        place = next(n for n, part in enumerate(changed) if part == "KEY")
        if isinstance(changed[place - 1], int) and changed[0] in ("AWARD", "SPEND", "TRANSFER", "HOLD"):
            changed[place - 1] += 1
            assert self.client.refusal(*changed).code == "KEYREUSED", changed

    def everything(self):
        """Every balance of every account equals the model's."""
        for account in ACCOUNTS:
            profile = self.client.map("PROFILE", account)
            held = self.model.accounts.get(account)
            assert profile["seq"] == (held.last if held else 0), account
            for balance in PLAIN + ["xp", "reputation:cave"]:
                earned, spent, locked = held.balances.get(balance, (0, 0, 0)) if held else (0, 0, 0)
                assert self.client.map("BALANCE", account, balance) == {
                    "earned": earned, "spent": spent, "held": locked, "available": earned - spent - locked,
                }, (account, balance)
            level, tier = models.level_and_tier(held)
            assert profile["ladders"]["level"]["rung"] == level
            assert profile["ladders"]["tier"]["rung"] == tier
            facts = {name: str(value) for name, value in profile.get("facts", {}).items()}
            assert facts == (held.facts if held else {})

    def remember(self):
        account = self.random.choice(ACCOUNTS)
        self.snapshots.append((self.length, account, self.client.map("PROFILE", account)))

    def then_as_now(self):
        """ASOF answers what was answered then."""
        for seq, account, profile in self.random.sample(self.snapshots, min(8, len(self.snapshots))):
            assert self.client.map("PROFILE", account, "ASOF", seq) == profile, (seq, account)

    def restart(self):
        self.client.close()
        how = self.random.choice(["kill", "stop", "rebuild"])
        if how == "kill":
            self.daemon.kill()
        else:
            assert self.daemon.stop() == 0
        if how == "rebuild":
            shutil.rmtree(self.daemon.data / "state")
        self.daemon.start()
        self.client = self.daemon.client()

    def audit(self):
        """The independent reader folds the same balances, and nothing was made out of nothing."""
        _, ledger = reader.read(self.daemon.data)
        folded = {name: balances for name, balances in ledger.balances().items() if balances}
        mine = {name: balances for name, balances in self.model.balances().items() if balances}
        assert folded == mine
        done = daemons.stele("verify", "--data", self.daemon.data, "--decide", check=False)
        assert done.returncode == 0, done.stdout


def test_the_daemon_agrees_with_the_model(make_daemon, seed, scale):
    run = Run(make_daemon(), seed)
    steps = int(2500 * scale)
    for number in range(1, steps + 1):
        chance = run.random.random()
        if chance < 0.04:
            run.group()
        elif chance < 0.10 and run.known:
            run.retry()
        elif chance < 0.12:
            run.remember()
        else:
            run.step()
        if number % 250 == 0:
            run.everything()
            run.then_as_now()
        if number % 400 == 0:
            run.restart()
    run.everything()
    run.then_as_now()
    run.audit()
    accepted = sum(count for (_, outcome), count in run.counts.items() if outcome == "dict")
    refused = sum(count for (_, outcome), count in run.counts.items() if outcome != "dict")
    print(f"{accepted} accepted, {refused} refused: {run.counts}")
    assert accepted > steps * 0.3 and refused > steps * 0.05
