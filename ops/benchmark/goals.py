"""What Stele is to reach, beside what was measured."""

import dataclasses

from . import figures


@dataclasses.dataclass
class Goal:
    title: str
    # "≥" or "≤", and the value at which it is reached.
    sense: str
    bound: float
    value: float | None
    write: object = figures.rate

    @property
    def is_reached(self):
        """None if it wasn't measured."""
        if self.value is None:
            return None
        return self.value >= self.bound if self.sense == "≥" else self.value <= self.bound

    def row(self):
        verdict = {None: "not measured", True: "yes", False: "no"}[self.is_reached]
        return [self.title, f"{self.sense} {self.write(self.bound)}", self.write(self.value), verdict]


# What others made of the machine by which the goals were set, two cores as well: beside it one sees how fast the
# machine at hand is. Times in microseconds.
REFERENCE = [
    ("Redis `always`, one client", "one/redis-always", "per_second", 5_900),
    ("Redis `always`, 50 clients", "clients/redis-always", "per_second", 57_500),
    ("Redis `always`, pipelined", "pipelined/redis-always", "per_second", 181_000),
    ("Redis `always`, 1,000 a call", "batched/redis-always", "per_second", 305_000),
    ("PostgreSQL, one client", "one/postgres", "per_second", 6_300),
    ("PostgreSQL, batched", "batched/postgres", "per_second", 148_000),
    ("SQLite, one at a time", "one/sqlite", "per_second", 8_700),
    ("SQLite, batched", "batched/sqlite", "per_second", 86_000),
    ("flush of 4 KiB, growing, p50", "limits/flush-growing-4k", "p50", 146),
    ("flush of 4 KiB, overwritten, p50", "limits/flush-overwritten-4k", "p50", 91),
    ("round trip through a socket, across cores, p50", "limits/round-trip", "p50", 44),
]


def goals(results):
    return [*writing(results), *keeping(results), *growing(results), *reading(results)]


def writing(results):
    value, ratio = results.value, results.ratio
    return [
        Goal("durable awards a second, pipelined", "≥", 1_500_000, value("pipelined/stele")),
        Goal("the same, each with a fresh KEY", "≥", 1_000_000, value("pipelined/stele-keys")),
        Goal("that of Redis, pipelined, `always`", "≥", 4, ratio("pipelined/stele", "pipelined/redis-always"),
             figures.times),
        Goal("that of Redis, 1,000 a call, `always`", "≥", 4, ratio("pipelined/stele", "batched/redis-always"),
             figures.times),
        Goal("that of PostgreSQL, batched", "≥", 10, ratio("pipelined/stele", best(results, "postgres")),
             figures.times),
        Goal("50 clients, one command each", "≥", 100_000, value("clients/stele")),
        Goal("that of Redis, `always`", "≥", 1.5, ratio("clients/stele", "clients/redis-always"), figures.times),
        Goal("one client, p50, beside PostgreSQL's", "≤", 1.25, ratio("one/stele", "one/postgres", "p50"), figures.times),
        Goal("RECORD through a formula, beside AWARD", "≥", 0.7, ratio("record/record", "record/award"), figures.share),
    ]


def best(results, peer):
    """The name of the faster of its two ways to do many at once."""
    return max((f"{section}/{peer}" for section in ("pipelined", "batched")), key=lambda name: results.value(name) or 0)


def keeping(results):
    value = results.value
    return [
        Goal("replay, events a second", "≥", 10_000_000, value("log/replay")),
        Goal("rebuild beside the service, events a second", "≥", 3_000_000, value("log/rebuild")),
        start(results),
        Goal("memory of a hot account and its balance", "≤", 176, value("memory/stele", "account"), figures.size),
        Goal("memory of one more balance, on a board", "≤", 80, value("memory/stele", "board"), figures.size),
        Goal("log of an award, in batches of up to 1,000", "≤", 48, value("batched/stele", "bytes"), figures.size),
    ]


def start(results):
    events, accounts = results.value("log/start", "events"), results.value("log/start", "accounts")
    title = "start to first answer"
    if events:
        title += f", {figures.rate(accounts)} accounts, {figures.rate(events)} events"
    return Goal(title, "≤", 1e6, microseconds(results.value("log/start", "seconds")), figures.duration)


def microseconds(seconds):
    return None if seconds is None else seconds * 1e6


def growing(results):
    return [
        Goal(f"loss from {figures.rate(first)} to {figures.rate(last)} accounts, {distribution}", "≤", bound,
             loss(results, *(f"accounts/{distribution}/{size}/stele" for size in (last, first))), figures.share)
        for distribution, bound in (("zipf", 0.1), ("uniform", 0.25))
        for first, last in [sizes(results, distribution)]
    ] + [lasting(results)]


def lasting(results):
    """A longer log is to cost nothing; what lies between two rounds of the same does so here, too."""
    counts = sorted(int(name.split("/")[1]) for name in results.names("events/"))
    if len(counts) < 2:
        return Goal("loss from a log of 1 M events to one of 1 G", "≤", 0.05, None, figures.share)
    first, last = counts[0], counts[-1]
    title = f"loss from a log of {figures.rate(first)} events to one of {figures.rate(last)}"
    return Goal(title, "≤", 0.05, loss(results, f"events/{last}/stele", f"events/{first}/stele"), figures.share)


def sizes(results, distribution):
    """The least and the greatest number of accounts that were measured."""
    found = [int(name.split("/")[2]) for name in results.names(f"accounts/{distribution}/") if name.endswith("/stele")]
    return (min(found), max(found)) if found else (1_000, 10_000_000)


def loss(results, name, base):
    """What share of `base` is missing; None if either wasn't measured."""
    kept = results.ratio(name, base)
    return None if kept is None else 1 - kept


def reading(results):
    value = results.value
    found = [Goal(f"{verb.upper()} a second", "≥", 1_000_000, value(f"reads/{verb}")) for verb in ("balance", "profile")]
    found += [
        Goal(f"{verb.upper()} p99 under full writes", "≤", 1_000, value(f"load/{verb}", "read_p99"), figures.duration)
        for verb in ("balance", "profile")
    ]
    for title, name, base in (
        ("HISTORY", "load/history", "load/history-without"), ("TOP", "load/top", "load/top-without"),
        ("ASOF", "load/asof", "load/asof-without"), ("a rebuild", "load/rebuild", "load/rebuild-without"),
        ("a checkpoint", "checkpoint/during", "checkpoint/between"),
    ):
        found.append(Goal(f"dent of {title} in writing", "≤", 0.1, loss(results, name, base), figures.share))
    return found
