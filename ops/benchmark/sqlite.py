"""SQLite in process (WAL, synchronous=FULL), through a small C program compiled here."""

import json
from pathlib import Path

from . import processes
from .work import Sample

SOURCE = Path(__file__).resolve().parent / "sqlite.c"


class SQLite:
    name = "SQLite"

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.program = self.directory / "sqlite"
        self.data = self.directory / "data"

    def start(self):
        processes.run(["cc", "-O2", "-o", self.program, SOURCE, "-lsqlite3", "-lm"])
        self.data.mkdir()

    def stop(self):
        pass

    def pause(self):
        pass

    def resume(self):
        pass

    def prepare(self, accounts):
        processes.run([self.program, self.data / "ledger", "prepare", accounts])

    def load(self, work):
        depth = work.depth if work.manner == "batched" else 1
        said = json.loads(processes.run(
            [self.program, self.data / "ledger", work.verb, work.accounts, work.distribution, depth, work.seconds]))
        return Sample(
            per_second=said["events"] / said["seconds"], events=said["events"], p50=said["p50"], p99=said["p99"],
            p999=said["p999"], cpu=said["cpu"] * 1e6 / max(said["events"], 1), rss=said["rss"])

    def cpu_seconds(self):
        return 0.0

    def rss_bytes(self):
        return 0

    def disk_bytes(self):
        return processes.disk_bytes(self.data)
