"""What is asked of a contestant, what it came to, and taking the measure of it."""

import dataclasses
import os
import time

from . import processes


@dataclasses.dataclass(frozen=True)
class Work:
    """One kind of load. `depth` is how many commands are under way at once on a connection, or in one batch."""

    verb: str = "award"  # award, spend
    # How they come: "one" (a command waits for the one before), "pipelined", or "batched" (many in one
    # call, statement or transaction).
    manner: str = "one"
    connections: int = 1
    depth: int = 1
    accounts: int = 1_000_000
    distribution: str = "uniform"
    keys: bool = False
    seconds: float = 2.5


@dataclasses.dataclass
class Sample:
    """What one measurement came to. Times in microseconds, sizes in bytes."""

    per_second: float
    events: int
    p50: float | None = None
    p99: float | None = None
    p999: float | None = None
    # Processor time of the server an event, or of the whole process where the database is in it.
    cpu: float | None = None
    rss: int | None = None
    # What the files grew by an event.
    bytes: float | None = None
    # The share of the machine that others had meanwhile.
    others: float | None = None

    def as_dict(self):
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}


# From here on somebody else's work is in the figures.
OTHERS_MOST = 0.05
TRIES = 3


def undisturbed(take):
    """What `take` measures, tried again while others have more of the machine than that: of all tries the one that they
    had least of, whatever it came to."""
    best = None
    for _ in range(TRIES):
        sample = take()
        if best is None or sample["others"] < best["others"]:
            best = sample
        if best["others"] <= OTHERS_MOST:
            break
    return best


def measure(contestant, work):
    """Gives the work and takes what it cost the contestant besides time."""
    return undisturbed(lambda: measure_once(contestant, work))


def measure_once(contestant, work):
    # What others have left unwritten would be written at this one's expense.
    os.sync()
    contestant.resume()
    cpu, disk = contestant.cpu_seconds(), contestant.disk_bytes()
    watch = Watch()
    sample = contestant.load(work)
    sample.others = watch.others()
    if sample.events:
        if sample.cpu is None:
            sample.cpu = (contestant.cpu_seconds() - cpu) * 1e6 / sample.events
        sample.bytes = (contestant.disk_bytes() - disk) / sample.events
    if sample.rss is None:
        sample.rss = contestant.rss_bytes()
    contestant.pause()
    return sample.as_dict()


class Watch:
    """Tells what share of the machine's processors others have had since it was made."""

    def __init__(self):
        self.began, self.busy, self.own = self.read()

    @staticmethod
    def read():
        return time.monotonic(), processes.busy_seconds(), processes.cpu_seconds(os.getpid())

    def others(self):
        now, busy, own = self.read()
        seconds = (now - self.began) * (os.cpu_count() or 1)
        return min(max((busy - self.busy - (own - self.own)) / max(seconds, 1e-9), 0.0), 1.0)
