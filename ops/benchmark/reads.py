"""Reads, and what reading, rebuilding and storing do to the writing beside them."""

import dataclasses
import random
import threading
import time

from .compare import PIPELINED
from .processes import Failed
from .work import Watch, Work, undisturbed

# What one client asks over and over, as soon as it has its answer, while others write at full speed.
QUESTIONS = {
    "history": lambda draw, head: ("HISTORY", account(draw), "COUNT", 20),
    "asof": lambda draw, head: ("BALANCE", account(draw), "xp", "ASOF", draw.randrange(head // 2, head)),
    "top": lambda draw, head: ("TOP", "most", "COUNT", 100),
}
ACCOUNTS_ASKED = 1_000


def account(draw):
    return f"bench-{draw.randrange(ACCOUNTS_ASKED):08d}"


def reads(bench):
    """Many at once, and one after another, with nobody writing."""
    accounts = bench.scale.accounts
    cells = []
    for verb in ("balance", "profile"):
        work = dataclasses.replace(PIPELINED["stele"], verb=verb, accounts=accounts, seconds=bench.scale.seconds)
        cells.append((f"reads/{verb}", "stele", accounts, work))
    cells.append(("reads/one", "stele", accounts, Work("balance", accounts=accounts, seconds=bench.scale.seconds)))
    bench.rounds(cells)


def record(bench):
    """Through formulas, beside a plain award."""
    stele = bench.contestant("stele", bench.scale.accounts)
    kinds = {
        "award": ("--workload", "award"),
        "record": ("--workload", "record", "--record", "match kills=7 won=1"),
        "record-two": ("--workload", "record", "--record", "contribution project=lantern files=3"),
    }
    for number in range(1, bench.scale.rounds + 1):
        for kind, options in kinds.items():
            bench.say(f"record/{kind}, round {number} of {bench.scale.rounds}")
            bench.results.add(f"record/{kind}", watched(stele, lambda: write(bench, stele, *options).as_dict()))


def load(bench):
    """Awards at full speed, alone and beside somebody who asks."""
    plain = bench.contestant("stele", bench.scale.accounts)
    ranked = bench.contestant("stele-board", bench.scale.accounts)
    bench.say("filling the board")
    ranked.prepare(bench.scale.accounts, "points")
    for number in range(1, bench.scale.rounds + 1):
        for name in ("alone", "balance", "profile", "history", "asof", "rebuild", "xp", "points", "top"):
            stele = ranked if name in ("xp", "points", "top") else plain
            bench.say(f"load/{name}, round {number} of {bench.scale.rounds}")
            measured = watched(stele, lambda: beside(bench, stele, name))
            bench.results.add(f"load/{name}", measured)
            if "without" in measured:
                bench.results.add(f"load/{name}-without", {"per_second": measured["without"]})
        bench.say(f"load/checkpoint, round {number} of {bench.scale.rounds}")
        watch_checkpoints(bench, plain)


def write(bench, stele, *options, accounts=None, seconds=None, count=None):
    until = ("--count", count) if count else ("--seconds", max(1, round(seconds or bench.scale.seconds)))
    return stele.sample(stele.bench(
        "--connections", 8, "--pipeline", 1024, "--accounts", accounts or bench.scale.accounts, *until, *options))


def watched(stele, take):
    """What `take` measures, begun when the one before has left nothing to do, and again where it was disturbed."""
    def once():
        stele.pause()
        watch = Watch()
        return take() | {"others": watch.others()}
    return undisturbed(once)


def beside(bench, stele, name):
    """The rate of writing; with how long the one who asked had to wait, as `read_…`."""
    currency = ("--currency", "points") if name in ("points", "top") else ()
    if name == "rebuild":
        return beside_rebuild(bench, stele)
    if name in QUESTIONS:
        return in_turn(bench, stele, name, currency)
    # As long alone as beside others: the longer, the more of it lies within a checkpoint.
    seconds = bench.scale.seconds + 1
    if name in ("alone", "xp", "points"):
        return write(bench, stele, *currency, seconds=seconds).as_dict()
    with Background(lambda: write(bench, stele, *currency, seconds=seconds)) as writing:
        asked = stele.load(Work(name, accounts=bench.scale.accounts, seconds=bench.scale.seconds))
        read = {"read_p50": asked.p50, "read_p99": asked.p99, "reads": asked.events}
    return writing.result.as_dict() | read


# How long each stretch of asking, and each of silence, is at least, in seconds.
STRETCH = 0.5


def in_turn(bench, stele, name, currency):
    """The rate of writing beside somebody who asks, and `without`: in stretches of one run, in turn. What the machine
    is like changes more from run to run."""
    seen = {True: [0, 0], False: [0, 0]}
    with Background(lambda: write(bench, stele, *currency, seconds=5 * bench.scale.seconds)) as writing:
        with stele.client() as client:
            time.sleep(STRETCH)
            draw, count = random.Random(1), 0
            before, asks, length = progress(client), True, STRETCH
            while not writing.is_done:
                began = time.monotonic()
                if asks:
                    count += ask(client, name, draw, before[0], STRETCH)
                    length = time.monotonic() - began
                else:
                    time.sleep(length)
                now = progress(client)
                if not writing.is_done:
                    seen[asks][0] += now[0] - before[0]
                    seen[asks][1] += now[1] - before[1]
                before, asks = now, not asks
    with_asking, without = (events / max(microseconds, 1) * 1e6 for events, microseconds in (seen[True], seen[False]))
    return {"per_second": with_asking, "without": without, "reads": count, "events": seen[True][0]}


def beside_rebuild(bench, stele):
    """The rate of writing in the second half of a run, while a rebuild is under way, and `without`: in the first."""
    half = 2 * bench.scale.seconds
    with Background(lambda: write(bench, stele, seconds=2 * half + 2 * STRETCH)), stele.client() as client:
        time.sleep(STRETCH)
        begun = progress(client)
        time.sleep(half)
        middle = progress(client)
        with Background(lambda: rebuild(stele)) as rebuilding:
            until = time.monotonic() + half
            while not rebuilding.is_done and time.monotonic() < until:
                time.sleep(0.01)
            ended = progress(client)
    without, with_rebuild = (
        (end[0] - start[0]) / max(end[1] - start[1], 1) * 1e6 for start, end in ((begun, middle), (middle, ended)))
    return {"per_second": with_rebuild, "without": without, "events": ended[0] - middle[0]}


def rebuild(stele):
    with stele.client() as client:
        client.call("PROJECTION", "REBUILD", "accounts")


def progress(client):
    """The newest event, and when that was, in microseconds."""
    info = client.info("server", "log")
    return int(info["head_seq"]), int(info["server_time_usec"])


def ask(client, name, draw, head, seconds):
    """Asks for so long, at least once, and counts the answers."""
    count, until = 0, time.monotonic() + seconds
    while count == 0 or time.monotonic() < until:
        question = QUESTIONS[name](draw, head)
        try:
            client.call(*question)
        except ValueError as refusal:
            raise Failed(f"{question} was refused: {refusal}") from None
        count += 1
    return count


def watch_checkpoints(bench, stele):
    """Compares stretches during checkpoints with those between them, within one run over few accounts."""
    seen = {"0": [0, 0], "1": [0, 0]}
    few = min(100_000, bench.scale.accounts)
    # Two and a half times as many as come between two.
    accounts = bench.scale.accounts
    count = max(4_000_000, min(8 * accounts, 8_000_000), accounts) * 5 // 2
    with Background(lambda: write(bench, stele, accounts=few, count=count)) as writing:
        with stele.client() as client:
            before = None
            while not writing.is_done:
                info = client.info("server", "log")
                now = int(info["server_time_usec"]), int(info["head_seq"]), info["checkpoint_under_way"]
                # Before the first and after the last command nothing is written.
                if before and before[2] == now[2] and now[1] > before[1]:
                    seen[now[2]][0] += now[1] - before[1]
                    seen[now[2]][1] += now[0] - before[0]
                before = now
                # Asking all the time would take from the writing what is to be measured.
                time.sleep(0.004)
    for name, (events, microseconds) in (("between", seen["0"]), ("during", seen["1"])):
        if microseconds:
            bench.results.add(f"checkpoint/{name}", {
                "per_second": events / microseconds * 1e6, "events": events, "seconds": microseconds / 1e6})


class Background:
    """Runs something meanwhile; its failure is raised at the end."""

    def __init__(self, function):
        self.function = function
        self.result = self.failure = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            self.result = self.function()
        except Exception as failure:
            self.failure = failure

    @property
    def is_done(self):
        return not self.thread.is_alive()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.thread.join()
            if self.failure:
                raise self.failure
