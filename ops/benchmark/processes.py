"""Servers that the benchmark starts: what they cost, and that none outlives it."""

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_started = set()


class Failed(Exception):
    """A sentence that says what went wrong and what may be done."""


def run(command, *, within=600, **options):
    """Runs a program to its end and returns what it printed."""
    words = [str(word) for word in command]
    process = spawn(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    try:
        output, errors = process.communicate(timeout=within)
    except BaseException as reason:
        # Ctrl-C, too, must not leave it behind.
        process.kill()
        process.communicate()
        if isinstance(reason, subprocess.TimeoutExpired):
            raise Failed(f"{words[0]} hasn't ended within {within} s: {' '.join(words)[:300]}") from None
        raise
    finally:
        _started.discard(process)
    if process.returncode:
        said = (errors.strip() or output.strip())[-2_000:]
        raise Failed(f"{' '.join(words)[:300]}\nended with {process.returncode}: {said}")
    return output


def start(command, log, **options):
    """Starts a server whose output goes into the file `log`."""
    with open(log, "ab") as output:
        return spawn(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            # Ctrl-C is for this program alone, which then ends its servers.
            start_new_session=True, **options)


def spawn(words, **options):
    try:
        process = subprocess.Popen(words, **options)
    except FileNotFoundError:
        raise Failed(f"{words[0]} isn't there: ops/bench installs and builds what it needs") from None
    _started.add(process)
    return process


def stop(process, how=signal.SIGTERM, within=60):
    """Ends a server, gently first."""
    if process is None:
        return
    family = descendants(process.pid)
    signal_all(family, signal.SIGCONT)
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            signal_all(family, signal.SIGKILL)
            process.wait()
    _started.discard(process)


def stop_all():
    """For the end, whatever led to it."""
    for process in list(_started):
        signal_all(descendants(process.pid), signal.SIGKILL)
        process.wait()
        _started.discard(process)


def signal_all(processes, number):
    for pid in processes:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def wait_until(answers, process, log, what, within=120):
    """Polls until `answers()` is true; a server that ends before says why."""
    deadline = time.monotonic() + within
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            said = Path(log).read_text(errors="replace")[-2_000:]
            raise Failed(f"{what} doesn't answer; it said:\n{said}")
        time.sleep(0.002)


def descendants(pid):
    """The process and all that came from it: PostgreSQL's are in sessions of their own."""
    found = [pid]
    for parent in found:
        # One that ends meanwhile has none.
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                found += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds(pid):
    """Processor time of a process and of all that came from it, those included that have ended."""
    ticks = 0
    for each in descendants(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        # utime and stime, then those of children that were waited for.
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def busy_seconds():
    """Processor time that anybody has had on this machine, or was refused by the one below it (steal)."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    # user nice system idle iowait irq softirq steal; guests are part of user.
    return (sum(fields[:3]) + sum(fields[5:8])) / TICKS


def rss_bytes(pid):
    """Resident memory of its own; what several processes share counts once.

    Pages of files that are mapped don't count: they are the system's cache, which it takes back when it needs them.
    """
    total = 0
    for each in descendants(pid):
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
            sizes = re.findall(r"^Pss_(?:Anon|Shmem): +([0-9]+) kB$", rollup, re.MULTILINE)
            total += sum(map(int, sizes)) * 1024
        except OSError:
            pass
    return total


def disk_bytes(directory):
    """What files take on the disk, as du counts it."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except OSError:
                pass
    return total
