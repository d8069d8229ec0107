"""Stele itself, loaded by `stele bench`."""

import json
import os
import signal
import struct
import time
from pathlib import Path

from . import processes
from .resp import Client, Closed
from .work import Sample

ROOT = Path(__file__).resolve().parents[2]
RULES = Path(__file__).resolve().parent / "rules.json5"
BOARD_RULES = RULES.with_name("board.json5")
PAGE = 4_096


def program(name):
    return Path(os.environ.get("STELE_BIN", ROOT / ".build" / "release")) / name


def tool(*arguments, within=3_600):
    """What the command line tool answers in JSON."""
    return json.loads(processes.run([program("stele"), *arguments, "--json"], within=within))


class Stele:
    name = "Stele"

    def __init__(self, directory, rules=RULES):
        self.rules = rules
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data = self.directory / "data"
        self.socket = self.directory / "socket"
        self.log = self.directory / "said"
        self.process = None

    def build(self, accounts, events):
        """Makes the ledger without the daemon, millions of events a second; for an account it takes two."""
        tool("bench", "--build-log", self.data, "--rules", self.rules, "--accounts", accounts,
             "--count", max(events - 2 * accounts, 1))

    def start(self):
        """Starts it and returns the seconds that passed until its first answer."""
        began = time.monotonic()
        self.process = processes.start(
            [program("steled"), "--data", self.data, "--socket", self.socket, "--rules", self.rules], self.log)
        processes.wait_until(self.answers, self.process, self.log, "steled")
        return time.monotonic() - began

    def answers(self):
        try:
            with self.client() as client:
                return client.call("BALANCE", "bench-00000001", "xp") is not None
        except (OSError, Closed, ValueError):
            return False

    def stop(self, how=signal.SIGTERM):
        processes.stop(self.process, how)

    def pause(self):
        """Waits until it has nothing left to do, so that it takes nothing from the next one."""
        deadline = time.monotonic() + 60
        with self.client() as client:
            while time.monotonic() < deadline:
                info = client.info("log")
                is_written = info["head_seq"] == info["durable_seq"] and info["checkpoint_under_way"] == "0"
                # After a start it reads on in the stored state while it serves.
                if is_written and not (self.data / "state" / "unread").exists():
                    return
                time.sleep(0.02)

    def resume(self):
        pass

    def client(self):
        return Client(self.socket)

    def prepare(self, accounts, currency="xp"):
        """Opens all accounts and gives each something to spend."""
        # Only `spend` says beforehand whether it can.
        self.bench("--prepare", "--accounts", accounts, "--count", 1, "--pipeline", 1, "--connections", 1,
                   "--currency", currency)
        self.pause()

    def bench(self, *options, within=3_600):
        said = tool("--socket", self.socket, "bench", *options, within=within)
        if said["wrong"]:
            raise processes.Failed(f"Stele gave wrong answers: {said['mistakes']}")
        return said

    def load(self, work):
        # A batch of Stele's is whatever has arrived: many commands at once on one connection.
        options = ["--workload", work.verb, "--prepared", "--connections", work.connections, "--pipeline", work.depth,
                   "--accounts", work.accounts, "--distribution", work.distribution,
                   "--seconds", max(1, round(work.seconds)), "--seed", time.monotonic_ns() % 1_000_003]
        return self.sample(self.bench(*options, *(["--with-keys"] if work.keys else [])))

    def load_until_it_dies(self, accounts):
        """Writes at full speed; that the daemon is killed meanwhile is no failure."""
        try:
            self.bench("--prepared", "--connections", 8, "--pipeline", 1024, "--accounts", accounts, "--seconds", 60)
        except processes.Failed:
            pass

    def sample(self, said):
        latency = {name: value / 1e3 for name, value in said["latency_ns"].items()}
        return Sample(per_second=said["commands"] / said["seconds"], events=said["commands"],
                      p50=latency["p50"], p99=latency["p99"], p999=latency["p99.9"])

    def cpu_seconds(self):
        return processes.cpu_seconds(self.process.pid)

    def rss_bytes(self):
        return processes.rss_bytes(self.process.pid)

    def disk_bytes(self):
        """The log's pages in use: its file is lengthened beforehand, many at a time.

        What lies under state/ can be deleted, and doesn't grow with events.
        """
        with open(self.data / "log" / "data.mdb", "rb") as file:
            start = file.read(2 * PAGE)
        # Two meta pages take turns; after 136 bytes each has the last page in use and the number of
        # the transaction that wrote it.
        metas = [struct.unpack_from("<QQ", start, offset + 136) for offset in (0, PAGE)]
        return (max(metas, key=lambda meta: meta[1])[0] + 1) * PAGE
