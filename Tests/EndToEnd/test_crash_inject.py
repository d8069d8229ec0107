"""Each storage system call in turn is killed, or fails with EIO or ENOSPC: start-up, append, checkpoint.

strace counts the calls of one kind that touch the ledger's files, and strikes at the n-th; n grows until a run
completes untouched. A run takes about a tenth of a second; without STELE_TEST_SCALE the larger enumerations are
thinned out to a random selection (the seed is printed).
"""

import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import crashing
import daemon as daemons
import resp

POINTS_PER_CASE = 150
FAULTS = {"kill": "signal=KILL", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}
CAN_FAIL_WITH_ENOSPC = {"openat", "mkdir", "write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate",
                        "fsync", "fdatasync", "rename", "renameat2", "renameat", "mkdirat"}
HARMLESS = {"close", "fcntl", "lseek", "munmap", "getdents64", "fstat", "newfstatat", "stat", "lstat", "statx",
            "access", "faccessat", "faccessat2", "readlink", "statfs", "fstatfs"}
GONE = "somebody-to-be-forgotten"
COMMANDS = [("AWARD", f"a{n % 3}", "coin", n + 1) for n in range(6)]


def strace(paths, syscall, fault, place):
    selected = [option for path in paths for option in ("-P", str(path))]
    return ["strace", "-f", "-qq", "-o", "/dev/null", *selected, f"--trace={syscall}",
            f"--inject={syscall}:{FAULTS[fault]}:when={place}"]


class Stage:
    """A ledger to begin with (none, or one that has lived), and the files that a run touches."""

    def __init__(self, folder, lived):
        self.folder = folder
        self.template = folder / "template"
        self.runs = 0
        if lived:
            daemon = daemons.Daemon(directory=self.template)
            self.template.mkdir()
            daemon.start()
            book = crashing.Book(self.template / "client")
            self.work(daemon, book, "before")
            daemon.stop()
            daemon.start()
            self.work(daemon, book, "then")
            daemon.kill()
        else:
            self.template.mkdir()
        self.paths, self.calls = self.rehearse()

    def fresh(self):
        """A new copy of the beginning."""
        self.runs += 1
        scratch = self.folder / f"run{self.runs}"
        subprocess.run(["cp", "-a", "--sparse=always", str(self.template), str(scratch)], check=True)
        return daemons.Daemon(directory=scratch)

    def work(self, daemon, book, prefix):
        """Keyed awards one by one, then at once; returns whether all of it was answered."""
        try:
            with daemon.client(timeout=10) as client:
                for number, command in enumerate(COMMANDS):
                    key = f"{prefix}-{number}"
                    book.sent(key, command)
                    book.answered(key, self.answer(client, (*command, "KEY", key)))
                page = [(f"{prefix}-many-{n}", ("AWARD", "a0", "coin", 1)) for n in range(20)]
                for key, command in page:
                    book.sent(key, command)
                for (key, _), reply in zip(page, client.many([(*c, "KEY", k) for k, c in page])):
                    book.answered(key, reply)
                self.answer(client, ("AWARD", GONE, "coin", 1))
                self.answer(client, ("FORGET", GONE))
            return True
        except (resp.Closed, OSError):
            return False

    @staticmethod
    def answer(client, command):
        try:
            return client.call(*command)
        except resp.Refused as refused:
            return refused

    def rehearse(self):
        """The paths that a run touches and how often each system call does so on any one thread."""
        daemon = self.fresh()
        trace = daemon.scratch / "trace"
        daemon.start(prefix=["strace", "-f", "-y", "-qq", "-o", str(trace), "--trace=%file,%desc"])
        self.work(daemon, crashing.Book(daemon.scratch / "client"), "run")
        self.end(daemon)
        paths, counts = set(), {}
        pattern = re.compile(re.escape(str(daemon.data)) + r"[^>\"\s]*")
        for line in trace.read_text(errors="replace").splitlines():
            found = pattern.findall(line)
            call = re.match(r"(\d+)\s+(\w+)\(", line)
            if found and call:
                paths.update(found)
                thread, name = call.groups()
                counts[name, thread] = counts.get((name, thread), 0) + 1
        relative = {path[len(str(daemon.scratch)) + 1 :] for path in paths if "(deleted)" not in path}
        most = {}
        for (name, _), count in counts.items():
            most[name] = max(most.get(name, 0), count)
        daemon.remove()
        return relative, {name: count for name, count in most.items() if name not in HARMLESS}

    @staticmethod
    def end(daemon):
        """SIGTERM to the daemon itself, not to strace: it writes its last checkpoint and goes."""
        tracer = daemon.process.pid
        for child in Path(f"/proc/{tracer}/task/{tracer}/children").read_text().split():
            try:
                os.kill(int(child), signal.SIGTERM)
            except ProcessLookupError:
                pass
        try:
            daemon.process.wait(20)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM didn't end it:\n{daemon.said()}") from None

    def strike(self, syscall, fault, place):
        """One run with one fault, and everything that must hold after it."""
        daemon = self.fresh()
        try:
            book = crashing.Book(daemon.scratch / "client")
            paths = [daemon.scratch / path for path in self.paths]
            daemon.spawn(prefix=strace(paths, syscall, fault, place))
            if self.ready(daemon):
                self.work(daemon, book, "run")
                if daemon.process.poll() is None:
                    self.end(daemon)
            status = daemon.process.returncode
            said = daemon.said()
            # A fault that isn't a kill must be noticed and named, never crash.
            if fault != "kill":
                assert status >= 0 and status < 128, f"died of a signal ({status}):\n{said}"
                assert status == 0 or said.strip(), "ended without a word"
            daemon.start()
            witness = crashing.Witness(daemon)
            witness.join([book])
            self.check_forgotten(daemon, witness)
            witness.settle([book])
            witness.conserve([book])
            daemon.restart()
            witness.join([book])
            return status
        except BaseException:
            print(f"{syscall} number {place}: {fault}\n{daemon.said()[-3000:]}")
            raise
        finally:
            daemon.remove()

    @staticmethod
    def check_forgotten(daemon, witness):
        """Whom the log says to be forgotten has no key any more, and no file holds the id."""
        ledger, _ = witness.read()
        forgotten = [account for account in ledger.accounts.values() if account.forgotten]
        assert not any(ledger.has_key(account.number) for account in forgotten), "forgotten, but the key is there"
        if not any(account.id == GONE for account in ledger.accounts.values()):
            for path in daemon.data.rglob("*"):
                assert not path.is_file() or GONE.encode() not in path.read_bytes(), path

    @staticmethod
    def ready(daemon, within=20.0):
        """Whether it came up; False if it ended instead."""
        deadline = time.monotonic() + within
        while daemon.process.poll() is None:
            try:
                with resp.Client(daemon.socket, protocol=2, timeout=5) as client:
                    client.call("PING")
                    return True
            except (OSError, resp.Closed, resp.Refused):
                time.sleep(0.004)
            assert time.monotonic() < deadline, f"neither up nor gone:\n{daemon.said()}"
        return False


@pytest.fixture(scope="module", params=["first start", "later start"])
def stage(request):
    # Not under pytest's own deep directories: a socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="stele-"))
    yield Stage(folder, lived=request.param == "later start")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_storage_call_may_fail(stage, fault, seed, scale):
    points = [
        (syscall, place)
        for syscall, count in sorted(stage.calls.items())
        if fault != "ENOSPC" or syscall in CAN_FAIL_WITH_ENOSPC
        for place in range(1, count + 2)
    ]
    chosen = points
    limit = int(POINTS_PER_CASE * scale)
    if len(points) > limit:
        chosen = random.Random(seed).sample(points, limit)
    statuses, wrong = {}, []
    for syscall, place in chosen:
        try:
            status = stage.strike(syscall, fault, place)
            statuses[status] = statuses.get(status, 0) + 1
        except AssertionError as error:
            wrong.append(f"{syscall} number {place}: {error}")
    print(f"{len(chosen)} of {len(points)} points of {sorted(stage.calls)}; exit codes {statuses}")
    assert not wrong, "\n".join(wrong)
    assert len(chosen) > 10
