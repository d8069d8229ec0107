"""Real power cuts: ext4 on a loop device stops where it is, and all that wasn't flushed is gone.

The ioctl EXT4_IOC_SHUTDOWN makes the file system drop what it has not written; mounted again it shows what a disk
would after the power came back. The clients' books lie elsewhere.
"""

import fcntl
import os
import pathlib
import random
import struct
import subprocess
import tempfile
import time

import pytest

import crashing
import daemon as daemons

SHUTDOWN = 0x8004587D
FLUSH_JOURNAL, FLUSH_NOTHING = 1, 2
OUT_OF_REACH = "its batch was found on disk"


class Disk:
    """A file system of its own whose power can fail."""

    def __init__(self, options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stele-"))
        self.image, self.root, self.options = self.folder / "image", self.folder / "root", options
        self.root.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(192 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self.image)], check=True, capture_output=True)

    def mount(self):
        """Whether that is allowed here."""
        command = ["mount", "-o", f"loop,{self.options}", str(self.image), str(self.root)]
        return subprocess.run(command, capture_output=True).returncode == 0

    def cut(self, how):
        """The power fails."""
        root = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(root, SHUTDOWN, struct.pack("I", how))
        finally:
            os.close(root)

    def unmount(self):
        subprocess.run(["umount", str(self.root)], check=True)

    def remove(self):
        subprocess.run(["umount", "-l", str(self.root)], capture_output=True)
        for path in (self.image, self.root):
            path.unlink() if path.is_file() else path.rmdir()
        self.folder.rmdir()


@pytest.fixture(params=["data=ordered", "data=writeback"])
def disk(request):
    if os.geteuid() != 0:
        pytest.skip("may not mount a file system here")
    disk = Disk(request.param)
    if not disk.mount():
        disk.remove()
        pytest.skip("may not mount a file system here")
    yield disk
    disk.remove()


def cut_and_return(disk, daemon, chance):
    """The power fails and comes back, perhaps during starts as well; returns how often that was noticed."""
    noticed = 0
    while True:
        disk.cut(chance.choice([FLUSH_NOTHING, FLUSH_NOTHING, FLUSH_JOURNAL]))
        daemon.kill()
        noticed += OUT_OF_REACH in daemon.said()
        disk.unmount()
        assert disk.mount(), "the file system didn't come back"
        if chance.random() < 0.6:
            return noticed
        daemon.spawn()
        time.sleep(chance.uniform(0, 0.1))


def power_rounds(disk, chance, rounds, books_folder, depth):
    daemon = daemons.Daemon(directory=disk.root)
    # What it says is to outlive its disk.
    daemon.errors = books_folder / "stderr"
    daemon.start()
    try:
        books = [crashing.Book(books_folder / f"client-{n}") for n in range(3)]
        witness = crashing.Witness(daemon)
        noticed = 0
        for round_ in range(rounds):
            writers = [crashing.Writer(daemon, book, f"w{n}", depth) for n, book in enumerate(books)]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.started.wait(20)
            time.sleep(chance.uniform(0, 0.1))
            daemon.errors.write_bytes(b"")
            noticed += cut_and_return(disk, daemon, chance)
            for writer in writers:
                writer.join(20)
            daemon.errors.write_bytes(b"")
            daemon.start()
            noticed += OUT_OF_REACH in daemon.said()
            tally = witness.join(books)
            print(f"round {round_}: {len(witness.leaves)} events, {noticed} out of reach so far, {tally}")
        witness.settle(books)
        witness.conserve(books)
        settled = witness.join(books)
        assert settled["unanswered"] == 0
        assert settled["acknowledged"] > 3 * rounds
        return noticed
    finally:
        daemon.kill()


def test_power_cuts_under_load(disk, seed, scale, tmp_path):
    power_rounds(disk, random.Random(seed), max(4, int(8 * scale)), tmp_path, depth=32)


def test_power_cuts_with_one_command_at_a_time(disk, seed, scale, tmp_path):
    """The meta page of the newest commit is hardly ever on disk: what was acknowledged is found without it."""
    noticed = power_rounds(disk, random.Random(seed), max(6, int(10 * scale)), tmp_path, depth=1)
    assert noticed > 0, "no cut came between a commit and its meta page: this test tests nothing"
