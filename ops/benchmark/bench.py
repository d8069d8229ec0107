"""A run: where it puts things, how long it goes on, whom it has started, and how far it is."""

import dataclasses
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import processes
from .postgres import Postgres
from .redis import Redis
from .sqlite import SQLite
from .stele import BOARD_RULES, Stele
from .work import measure

MAKERS = {
    "stele": Stele,
    "stele-board": lambda directory: Stele(directory, BOARD_RULES),
    "redis-always": lambda directory: Redis(directory, "always"),
    "redis-everysec": lambda directory: Redis(directory, "everysec"),
    "postgres": Postgres,
    "sqlite": SQLite,
}
PEERS = [name for name in MAKERS if not name.startswith("stele")]


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much a run takes on."""

    name: str
    rounds: int
    seconds: float
    # Accounts of the comparison, and the sizes over which growth is looked at.
    accounts: int
    account_sizes: tuple
    event_sizes: tuple
    # What is replayed, rebuilt and started with.
    log_accounts: int
    log_events: int
    peers_grow: bool = False


SCALES = {
    "quick": Scale("quick", 1, 1, 100_000, (1_000, 100_000), (1_000_000, 3_000_000), 100_000, 1_000_000),
    "normal": Scale(
        "normal", 3, 2, 1_000_000, (1_000, 100_000, 1_000_000, 10_000_000), (1_000_000, 10_000_000), 1_000_000, 10_000_000),
    "full": Scale(
        "full", 3, 5, 1_000_000, (1_000, 10_000, 100_000, 1_000_000, 10_000_000),
        (1_000_000, 10_000_000, 100_000_000, 1_000_000_000), 10_000_000, 100_000_000, True),
}


class Bench:
    def __init__(self, scale, results, directory=None):
        self.scale = scale
        self.results = results
        # /tmp may be in memory, where a flush is nothing; and homes may be closed to other users.
        self.directory = Path(tempfile.mkdtemp(prefix="stele-bench-", dir=directory or "/var/tmp"))
        # PostgreSQL's own user must get through to its directory.
        self.directory.chmod(0o755)
        self.fleet = {}
        self.made = 0
        self.began = time.monotonic()

    def contestant(self, key, accounts):
        """One that has so many accounts; the same one each time."""
        if (key, accounts) not in self.fleet:
            self.say(f"preparing {key} with {accounts:,} accounts")
            contestant = self.fresh(key)
            contestant.prepare(accounts)
            contestant.pause()
            self.fleet[key, accounts] = contestant
        return self.fleet[key, accounts]

    def fresh(self, key):
        contestant = self.make(key)
        contestant.start()
        return contestant

    def make(self, key):
        self.made += 1
        return MAKERS[key](self.directory / f"{self.made}-{key}")

    def with_log(self, accounts, events):
        """Stele on a ledger that has so many accounts and about so many events."""
        self.say(f"making a log of {accounts:,} accounts and {events:,} events")
        stele = self.make("stele")
        stele.build(accounts, events)
        stele.start()
        return stele

    def discard(self, contestant):
        """Ends it and gives its room back."""
        contestant.stop()
        self.fleet = {key: each for key, each in self.fleet.items() if each is not contestant}
        shutil.rmtree(contestant.directory, ignore_errors=True)

    def start_over(self):
        """After something went wrong: nobody is trusted to be as they should."""
        processes.stop_all()
        self.fleet = {}

    def rounds(self, cells):
        """Measures cells in turn, round after round: what the machine does meanwhile, it does to all alike.

        A cell is (name, key of the contestant, accounts that it has, work).
        """
        for _, key, accounts, _ in cells:
            self.contestant(key, accounts)
        for number in range(1, self.scale.rounds + 1):
            for name, key, accounts, work in cells:
                self.say(f"{name}, round {number} of {self.scale.rounds}")
                self.results.add(name, measure(self.contestant(key, accounts), work))

    def say(self, what):
        """On a terminal one line that changes, elsewhere a line each."""
        line = f"{time.monotonic() - self.began:6.0f} s  {what}"
        if sys.stderr.isatty():
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\033[K{line[:width]}")
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def end(self):
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
        processes.stop_all()
        shutil.rmtree(self.directory, ignore_errors=True)
