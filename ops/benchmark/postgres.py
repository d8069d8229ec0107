"""PostgreSQL: one statement an award, in pipelines, or many rows in one statement; driven by pgbench."""

import os
import shutil
import signal
from pathlib import Path

from . import draws, processes
from .figures import percentile
from .work import Sample

PROGRAMS = Path("/usr/lib/postgresql/15/bin")

SCHEMA = """
CREATE TABLE event (seq bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
                    account int NOT NULL, amount bigint NOT NULL);
CREATE TABLE balance (account int PRIMARY KEY, xp bigint NOT NULL CHECK (xp >= 0)) WITH (fillfactor = 70);
"""
AWARD = """WITH e AS (INSERT INTO event (account, amount) VALUES (:a, 7) RETURNING seq)
INSERT INTO balance VALUES (:a, 7) ON CONFLICT (account) DO UPDATE SET xp = balance.xp + excluded.xp
RETURNING xp, (SELECT seq FROM e);"""
SPEND = """WITH b AS (UPDATE balance SET xp = xp - 3 WHERE account = :a AND xp >= 3 RETURNING xp)
INSERT INTO event (account, amount) SELECT :a, -3 FROM b RETURNING seq, (SELECT xp FROM b);"""
BATCH = """WITH d AS (SELECT {account} AS account FROM generate_series(1, {depth})),
e AS (INSERT INTO event (account, amount) SELECT account, 7 FROM d)
INSERT INTO balance SELECT account, 7 * count(*) FROM d GROUP BY account ON CONFLICT (account)
DO UPDATE SET xp = balance.xp + excluded.xp;"""
TUNING = {
    "listen_addresses": "", "max_connections": 100, "shared_buffers": "1GB", "max_wal_size": "16GB",
    "checkpoint_timeout": "30min", "wal_buffers": "64MB", "synchronous_commit": "on", "fsync": "on",
    # Between rounds the server stands still for so long that it would take itself for stuck.
    "autovacuum_naptime": "5min",
}


def script(work):
    """What a client of pgbench does over and over.

    Where a transaction takes several accounts, each client has accounts of its own: two that take the same ones in
    another order would be in each other's way for good.
    """
    if work.manner == "batched":
        mine = draws.sql(work.distribution, work.accounts // work.connections)
        account = f"({mine}) * {work.connections} + :client_id"
        return BATCH.format(account=account, depth=work.depth)
    statement = {"award": AWARD, "spend": SPEND}[work.verb]
    if work.manner == "one":
        return f"\\set a {draws.pgbench(work.distribution, work.accounts)}\n{statement}\n"
    mine = draws.pgbench(work.distribution, work.accounts // work.connections)
    draw = f"\\set a ({mine}) * {work.connections} + :client_id\n"
    return "\\startpipeline\n" + f"{draw}{statement}\n" * work.depth + "\\endpipeline\n"


class Postgres:
    name = "PostgreSQL"

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data = self.directory / "data"
        self.log = self.directory / "said"
        self.process = None
        # It refuses to run as root.
        self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        if os.getuid() != 0:
            self.as_user = []

    def start(self):
        if self.as_user:
            shutil.chown(self.directory, "postgres")
        processes.run([*self.as_user, PROGRAMS / "initdb", "-D", self.data, "-A", "trust", "--locale=C", "-E", "UTF8"],
                      cwd=self.directory)
        settings = [word for name, value in TUNING.items() for word in ("-c", f"{name}={value}")]
        self.process = processes.start(
            [*self.as_user, PROGRAMS / "postgres", "-D", self.data, "-k", self.directory, *settings],
            self.log, cwd=self.directory)
        processes.wait_until(self.answers, self.process, self.log, self.name)
        self.ask(SCHEMA)

    def answers(self):
        try:
            return self.ask("SELECT 1") == "1"
        except processes.Failed:
            return False

    def ask(self, statement):
        command = [*self.as_user, PROGRAMS / "psql", "-h", self.directory, "-d", "postgres", "-qAtX", "-v",
                   "ON_ERROR_STOP=1", "-c", statement]
        return processes.run(command, cwd=self.directory).strip()

    def stop(self):
        # Fast shutdown, which doesn't wait for clients.
        processes.stop(self.process, signal.SIGINT)

    def pause(self):
        """Its helpers would go on writing and vacuuming while others are measured."""
        processes.signal_all(processes.descendants(self.process.pid), signal.SIGSTOP)

    def resume(self):
        processes.signal_all(processes.descendants(self.process.pid), signal.SIGCONT)

    def prepare(self, accounts):
        self.resume()
        self.ask(f"INSERT INTO balance SELECT n, 1000000 FROM generate_series(0, {accounts - 1}) n")
        self.ask("VACUUM ANALYZE balance")
        self.ask("CHECKPOINT")

    def load(self, work):
        path = self.directory / "script.sql"
        path.write_text(script(work))
        logs = self.directory / "latencies"
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir()
        if self.as_user:
            shutil.chown(logs, "postgres")
        before = int(self.ask("SELECT coalesce(max(seq), 0) FROM event"))
        output = processes.run(
            [*self.as_user, PROGRAMS / "pgbench", "-h", self.directory, "-n", "-M", "prepared", "-f", path,
             "-c", work.connections, "-j", 1, "-T", max(1, round(work.seconds)), "-l",
             "--log-prefix", logs / "log", "postgres"], cwd=self.directory)
        events = int(self.ask("SELECT max(seq) FROM event")) - before
        transactions = float(output.split("tps = ")[1].split()[0])
        processed = int(output.split("transactions actually processed: ")[1].split()[0].split("/")[0])
        times = [int(line.split()[2]) for file in logs.iterdir() for line in file.read_text().splitlines()]
        return Sample(
            per_second=transactions * events / max(processed, 1), events=events,
            p50=percentile(times, 0.5), p99=percentile(times, 0.99), p999=percentile(times, 0.999))

    def cpu_seconds(self):
        return processes.cpu_seconds(self.process.pid)

    def rss_bytes(self):
        return processes.rss_bytes(self.process.pid)

    def disk_bytes(self):
        """Tables and what was written ahead of them: files of the log are used again, so its own count is asked."""
        return int(self.ask("SELECT pg_database_size('postgres') + (pg_current_wal_lsn() - '0/0')"))
