"""Redis with an append-only file: a script an award, called by its hash, driven by redis-benchmark."""

import csv
import io
from pathlib import Path

from . import draws, processes
from .resp import Client, Closed
from .work import Sample

# redis-benchmark fills in numbers from 0 up to this.
RANDOM_RANGE = 1_000_000_000

# An event is an entry of a stream, which brings its number and time; a balance is a field of a hash.
AWARD = """
redis.call('XADD', 'log', '*', 'a', {account}, 'n', 7)
return redis.call('HINCRBY', 'a:' .. {account}, 'xp', 7)
"""
# Without funds nothing happens, and the answer is nil.
SPEND = """
if tonumber(redis.call('HGET', 'a:' .. {account}, 'xp') or '0') >= 3 then
redis.call('XADD', 'log', '*', 'a', {account}, 'n', -3)
return redis.call('HINCRBY', 'a:' .. {account}, 'xp', -3)
end
"""
PREPARE = """
for account = ARGV[1], ARGV[2] do redis.call('HINCRBY', 'a:' .. account, 'xp', 1000000) end
"""


def script(work):
    """The script for a command, or for as many as it is given numbers."""
    account = draws.lua(work.distribution, work.accounts, f"number / {RANDOM_RANGE}")
    one = {"award": AWARD, "spend": SPEND}[work.verb]
    if work.manner != "batched":
        return f"local number = tonumber(ARGV[1])\nlocal account = {account}\n" + one.format(account="account")
    body = one.replace("return ", "local _ = ").format(account="account")
    return f"for index = 1, #ARGV do\nlocal number = tonumber(ARGV[index])\nlocal account = {account}\n{body}end"


class Redis:
    def __init__(self, directory, fsync):
        self.name = f"Redis {fsync}"
        self.fsync = fsync
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.socket = self.directory / "socket"
        self.log = self.directory / "said"
        self.process = None
        # How fast each kind of work went last time: redis-benchmark is told a number, not a duration.
        self.rates = {}

    def start(self):
        self.process = processes.start(
            ["redis-server", "--port", 0, "--unixsocket", self.socket, "--dir", self.directory, "--save", "",
             "--appendonly", "yes", "--appendfsync", self.fsync, "--auto-aof-rewrite-percentage", 0,
             "--daemonize", "no"], self.log)
        processes.wait_until(self.answers, self.process, self.log, self.name)

    def answers(self):
        try:
            with Client(self.socket) as client:
                return client.call("PING") == "PONG"
        except (OSError, Closed, ValueError):
            return False

    def stop(self):
        processes.stop(self.process)

    def pause(self):
        pass

    def resume(self):
        pass

    def prepare(self, accounts):
        with Client(self.socket) as client:
            for first in range(0, accounts, 100_000):
                client.call("EVAL", PREPARE, 0, first, min(first + 100_000, accounts) - 1)

    def load(self, work):
        with Client(self.socket) as client:
            digest = client.call("SCRIPT", "LOAD", script(work))
        commands = work.depth if work.manner == "batched" else 1
        kind = (work.verb, work.manner, work.connections, work.depth)
        if kind not in self.rates:
            pilot = max(work.connections * (1 if commands > 1 else work.depth) * 4, 200 // commands)
            self.rates[kind] = self.run(work, digest, commands, pilot)[0]
        count = max(int(self.rates[kind] * work.seconds / commands), work.connections)
        rate, row = self.run(work, digest, commands, count)
        self.rates[kind] = rate
        milliseconds = {name: float(row[f"{name}_latency_ms"]) * 1e3 for name in ("p50", "p99")}
        return Sample(per_second=rate, events=count * commands, **milliseconds)

    def run(self, work, digest, commands, count):
        pipeline = 1 if commands > 1 else work.depth
        numbers = ["__rand_int__"] * commands
        output = processes.run(
            ["redis-benchmark", "-s", self.socket, "-c", work.connections, "-P", pipeline, "-n", count,
             "-r", RANDOM_RANGE, "-e", "--csv", "EVALSHA", digest, 0, *numbers])
        # Its errors, if any, stand before the table.
        lines = output.splitlines()
        start = next((at for at, line in enumerate(lines) if line.startswith('"test","rps"')), None)
        if start is None or any("rror" in line for line in lines[:start]):
            raise processes.Failed(f"redis-benchmark: {output[-500:]}")
        # The test's name is the command, which may be long.
        row = next(csv.DictReader(io.StringIO("\n".join(lines[start:]))))
        return float(row["rps"]) * commands, row

    def cpu_seconds(self):
        return processes.cpu_seconds(self.process.pid)

    def rss_bytes(self):
        return processes.rss_bytes(self.process.pid)

    def disk_bytes(self):
        return processes.disk_bytes(self.directory)
