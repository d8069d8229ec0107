"""What the machine itself can do: nothing that flushes, hashes or answers can be faster."""

import hashlib
import os
import socket
import time

from .figures import percentile

SIZES = {"4k": 4 << 10, "64k": 64 << 10, "1m": 1 << 20}


def limits(bench):
    seconds = bench.scale.seconds / 4
    path = bench.directory / "limits"
    for number in range(1, bench.scale.rounds + 1):
        bench.say(f"limits, round {number} of {bench.scale.rounds}")
        for name, size in SIZES.items():
            for kind in ("growing", "overwritten"):
                bench.results.add(f"limits/flush-{kind}-{name}", flushes(path, size, kind == "growing", seconds))
        bench.results.add("limits/write", {"bytes_per_second": sequential_write(path, 256 << 20)})
        bench.results.add("limits/round-trip", round_trips(seconds))
        bench.results.add("limits/round-trip-core", on_one_core(lambda: round_trips(seconds)))
        bench.results.add("limits/copy", {"bytes_per_second": memory_copy(seconds)})
        bench.results.add("limits/sha256", {"bytes_per_second": hashing(seconds)})


def repeat(seconds, action):
    """Microseconds that each of as many as fit into the time took."""
    times = []
    last = time.perf_counter()
    end = last + seconds
    while last < end:
        action()
        now = time.perf_counter()
        times.append((now - last) * 1e6)
        last = now
    return {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99), "per_second": len(times) / sum(times) * 1e6}


def flushes(path, size, is_growing, seconds):
    """A write of `size` bytes and fdatasync, at the file's end or over what is there."""
    content = os.urandom(size)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    try:
        room = 64 << 20
        if not is_growing:
            for offset in range(0, room, size):
                os.pwrite(file, content, offset)
            os.fsync(file)
        offset = 0

        def flush():
            nonlocal offset
            os.pwrite(file, content, offset)
            os.fdatasync(file)
            offset = offset + size if is_growing else (offset + size) % room

        return repeat(seconds, flush)
    finally:
        os.close(file)
        os.unlink(path)


def sequential_write(path, size):
    """Bytes a second, in pieces of 1 MiB and one flush at the end."""
    piece = os.urandom(1 << 20)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        began = time.perf_counter()
        for _ in range(size // len(piece)):
            os.write(file, piece)
        os.fdatasync(file)
        return size / (time.perf_counter() - began)
    finally:
        os.close(file)
        os.unlink(path)


def round_trips(seconds):
    """64 bytes to another process through a Unix-domain socket and back."""
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        here.close()
        number = there.fileno()
        while message := os.read(number, 64):
            os.write(number, message)
        os._exit(0)
    there.close()
    number, message = here.fileno(), bytes(64)

    def ask():
        os.write(number, message)
        os.read(number, 64)

    try:
        return repeat(seconds, ask)
    finally:
        here.close()
        os.waitpid(child, 0)


def on_one_core(action):
    """Where nobody needs to be woken on another core, which takes longer than all else."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        return action()
    finally:
        os.sched_setaffinity(0, allowed)


def memory_copy(seconds):
    """Bytes a second, between buffers that no cache holds."""
    size = 128 << 20
    source, target = bytearray(os.urandom(1 << 20) * (size >> 20)), bytearray(size)
    view, target_view = memoryview(source), memoryview(target)

    def copy():
        target_view[:] = view

    copy()
    return repeat(seconds, copy)["per_second"] * size


def hashing(seconds):
    """Bytes of SHA-256 a second, 64 KiB at a time, as libcrypto computes it."""
    content = os.urandom(64 << 10)
    return repeat(seconds, lambda: hashlib.sha256(content).digest())["per_second"] * len(content)
