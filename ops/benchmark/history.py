"""What a long log asks for: replaying it, rebuilding from it, starting with it; and memory."""

import signal
import time

from .reads import Background
from .stele import tool


def log(bench):
    """Replays, rebuilds and starts one ledger of many accounts and events."""
    accounts, events = bench.scale.log_accounts, bench.scale.log_events
    stele = bench.with_log(accounts, events)
    stele.pause()
    for number in range(1, bench.scale.rounds + 1):
        bench.say(f"rebuild, round {number} of {bench.scale.rounds}")
        with stele.client() as client:
            reply = client.call("PROJECTION", "REBUILD", "accounts")
        said = dict(zip(reply[::2], reply[1::2]))
        bench.results.add("log/rebuild", rate(int(said["seq"]), int(said["milliseconds"]) / 1e3))
        for name, how in (("start", signal.SIGTERM), ("start-killed", signal.SIGKILL)):
            bench.say(f"{name}, round {number} of {bench.scale.rounds}")
            stele.pause()
            stele.stop(how)
            bench.results.add(f"log/{name}", {"seconds": stele.start(), "accounts": accounts, "events": events})
        bench.say(f"replay, round {number} of {bench.scale.rounds}")
        said = tool("replay", "--data", stele.data)
        bench.results.add("log/replay", rate(said["events"], said["seconds"]))
    # Last, for its log grows with each round.
    for number in range(1, bench.scale.rounds + 1):
        bench.say(f"start-loaded, round {number} of {bench.scale.rounds}")
        bench.results.add("log/start-loaded", start_after_death(stele, accounts) | {"accounts": accounts})
    bench.discard(stele)


def start_after_death(stele, accounts):
    """Kills it in the midst of writing, when about as much as ever has come since the last checkpoint: all of that is
    folded before the first answer."""
    stele.prepare(accounts)
    stele.pause()
    with Background(lambda: stele.load_until_it_dies(accounts)) as writing:
        with stele.client() as client:
            info = client.info("log")
            while info["checkpoint_under_way"] == "0" and not writing.is_done:
                time.sleep(0.005)
                info = client.info("log")
        stele.stop(signal.SIGKILL)
    tail = int(info["head_seq"]) - int(info["checkpoint_seq"])
    return {"seconds": stele.start(), "events": tail}


def rate(events, seconds):
    return {"per_second": events / max(seconds, 1e-9), "events": events, "seconds": seconds}


def at_rest(stele):
    """Bytes of its memory, once it has given back what the load took for a while."""
    time.sleep(3)
    return stele.rss_bytes()


def memory(bench):
    """What one more account takes in memory that was just written to, and one more balance of its, on a board.

    A fifth of them is there before: buffers that the load fills, whatever the number of accounts, aren't theirs.
    """
    accounts = bench.scale.accounts
    for number in range(1, bench.scale.rounds + 1):
        bench.say(f"memory, round {number} of {bench.scale.rounds}")
        stele = bench.fresh("stele-board")
        idle = stele.rss_bytes()
        stele.prepare(accounts // 5)
        few = at_rest(stele)
        stele.prepare(accounts)
        one = at_rest(stele)
        stele.prepare(accounts, "points")
        two = at_rest(stele)
        bench.results.add("memory/stele", {
            "idle": idle, "account": (one - few) / (accounts - accounts // 5), "board": (two - one) / accounts})
        bench.discard(stele)
