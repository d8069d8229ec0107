"""The comparison: the same work, each contestant the way that suits it best."""

import dataclasses

from .bench import PEERS
from .work import Work

# How many connections and commands under way are best for whom, found by trying.
PIPELINED = {
    "stele": Work(manner="pipelined", connections=8, depth=1024),
    "redis-always": Work(manner="pipelined", connections=50, depth=256),
    "redis-everysec": Work(manner="pipelined", connections=50, depth=256),
    "postgres": Work(manner="pipelined", connections=8, depth=100),
}
BATCHED = {
    "stele": Work(manner="batched", connections=1, depth=1000),
    "redis-always": Work(manner="batched", connections=4, depth=1000),
    "redis-everysec": Work(manner="batched", connections=4, depth=1000),
    "postgres": Work(manner="batched", connections=4, depth=1000),
    "sqlite": Work(manner="batched", connections=1, depth=1000),
}
EVERYONE = ["stele", *PEERS]


def one(bench):
    compare(bench, "one", {key: Work() for key in EVERYONE})


def clients(bench):
    # SQLite has no clients: whoever else wants to write waits.
    compare(bench, "clients", {key: Work(connections=50) for key in EVERYONE if key != "sqlite"})


def pipelined(bench):
    keyed = {"stele-keys": dataclasses.replace(PIPELINED["stele"], keys=True)}
    compare(bench, "pipelined", PIPELINED | keyed)


def batched(bench):
    compare(bench, "batched", BATCHED)


def spend(bench):
    """Checks funds, appends, updates."""
    compare(bench, "spend-one", {key: Work(verb="spend") for key in EVERYONE})
    works = {key: dataclasses.replace(work, verb="spend") for key, work in PIPELINED.items()}
    works["sqlite"] = dataclasses.replace(BATCHED["sqlite"], verb="spend")
    compare(bench, "spend", works)


def zipf(bench):
    works = PIPELINED | {"sqlite": BATCHED["sqlite"]}
    compare(bench, "zipf", {key: dataclasses.replace(work, distribution="zipf") for key, work in works.items()})


def compare(bench, section, works):
    accounts = bench.scale.accounts
    bench.rounds([
        (f"{section}/{name}", "stele" if name == "stele-keys" else name, accounts,
         dataclasses.replace(work, accounts=accounts, seconds=bench.scale.seconds))
        for name, work in works.items()
    ])
