"""What more accounts and more events do to throughput, memory and files."""

import dataclasses
import shutil

from .compare import BATCHED, PIPELINED
from .work import measure

# Bytes that an event may take on the disk here, with room to spare.
EVENT_BYTES = 45


def accounts(bench):
    """Stele has a ledger of its own for every size; a peer draws from the first so many of its accounts."""
    cells = []
    most = 10_000_000 if bench.scale.peers_grow else bench.scale.accounts
    for distribution in ("uniform", "zipf"):
        for size in bench.scale.account_sizes:
            work = dataclasses.replace(
                PIPELINED["stele"], accounts=size, distribution=distribution, seconds=bench.scale.seconds)
            cells.append((f"accounts/{distribution}/{size}/stele", "stele", size, work))
        for size in (bench.scale.account_sizes[0], most):
            for key in ("redis-always", "postgres", "sqlite"):
                work = dataclasses.replace(
                    PIPELINED.get(key, BATCHED.get(key)), accounts=size, distribution=distribution,
                    seconds=bench.scale.seconds)
                cells.append((f"accounts/{distribution}/{size}/{key}", key, most, work))
    bench.rounds(cells)
    for (key, size), contestant in list(bench.fleet.items()):
        if key == "stele" and size != bench.scale.accounts or size > bench.scale.accounts:
            bench.discard(contestant)


def events(bench):
    """A ledger for every number of events, each as long as that when it is first measured."""
    # Few enough that the smallest log isn't all openings.
    accounts, ledgers = min(bench.scale.accounts, 100_000), {}
    for count in bench.scale.event_sizes:
        if count * EVENT_BYTES > shutil.disk_usage(bench.directory).free * 0.8:
            bench.say(f"no room on the disk for {count:,} events")
            break
        ledgers[count] = bench.with_log(accounts, count)
    work = dataclasses.replace(PIPELINED["stele"], accounts=accounts, seconds=bench.scale.seconds)
    for number in range(1, bench.scale.rounds + 1):
        for count, stele in ledgers.items():
            bench.say(f"events/{count}, round {number} of {bench.scale.rounds}")
            stele.pause()
            file = stele.disk_bytes()
            bench.results.add(f"events/{count}/stele", measure(stele, work) | {"file": file})
    for stele in ledgers.values():
        bench.discard(stele)
