"""What a command costs in instructions and allocations, against the figures in ops/thresholds.json.

Not how long it takes: that depends on the machine and on what else it does. The daemon answers some thousands of
pipelined commands and then twice as many; the difference, divided, is what one of them costs, with its share of
the batch's hashing and commit. valgrind counts instructions, a preloaded malloc counts allocations. Hash seeds and the
sizes of batches differ from run to run, hence the tolerance; valgrind's processor lacks instructions for SHA-256,
so that hashing an event counts some 7,000 instructions here; an improvement beyond it is to be written down as well,
by hand, from what the failure says.
"""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

import daemon as daemons

ROOT = Path(__file__).resolve().parents[2]
THRESHOLDS = json.loads((ROOT / "ops/thresholds.json").read_text())
WORKLOADS = {
    "award": [],
    "award_with_key": ["--with-keys"],
    "record": ["--workload", "record"],
    "balance": ["--workload", "balance"],
    "profile": ["--workload", "profile"],
}
ACCOUNTS = 500


@pytest.fixture(scope="module", autouse=True)
def needs_a_release_build():
    if daemons.program("steled").resolve().parent.name != "release":
        pytest.skip("costs are those of the release build: ops/test release cost")


@pytest.fixture(scope="module")
def interposer(tmp_path_factory):
    library = tmp_path_factory.mktemp("cost") / "allocations.so"
    source = ROOT / "Tests/Cost/allocations.c"
    subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


class Ledger:
    """A ledger whose accounts are open and have a balance; each run begins with it as it is."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = folder / "socket"
        self.run([], {}, ["--count", str(ACCOUNTS * 20), "--prepare"])

    def run(self, wrapper, environment, load):
        rules = ["--rules", ROOT / "fixtures/rulebooks/contributions.json5"]
        command = [*wrapper, daemons.program("steled"), "--data", self.folder / "data", "--socket", self.socket]
        # valgrind loses sight of a program that begins anew.
        environment = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", **os.environ, **environment}
        process = subprocess.Popen([*command, *rules], env=environment, stderr=subprocess.PIPE, text=True)
        try:
            for _ in range(1200):
                if self.socket.exists() or process.poll() is not None:
                    break
                time.sleep(0.05)
            bench = [daemons.program("stele"), "--socket", self.socket, "bench", "--json", "--accounts", str(ACCOUNTS),
                     "--connections", "4", "--pipeline", "512", *load]
            done = subprocess.run(bench, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stdout + done.stderr
        finally:
            process.terminate()
            said = process.communicate(timeout=300)[1]
        assert process.returncode == 0, said
        return said


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return Ledger(tmp_path_factory.mktemp("cost-ledger"))


def per_command(measure, count):
    once, twice = measure(count), measure(2 * count)
    return (twice - once) / count


def check(workload, measured, what):
    expected = THRESHOLDS[what][workload]
    tolerance = THRESHOLDS[f"{what}_tolerance"]
    assert measured <= expected * (1 + tolerance["share"]) + tolerance["more"], (
        f"{workload}: {measured:.2f} {what} a command, {expected} are written down in ops/thresholds.json")
    assert measured >= expected * (1 - 2 * tolerance["share"]) - 2 * tolerance["more"], (
        f"{workload}: {measured:.2f} {what} a command are far fewer than the {expected} in ops/thresholds.json: "
        "write the better figure down")


@pytest.mark.parametrize("workload", WORKLOADS)
def test_instructions(workload, ledger, tmp_path):
    def measure(count):
        wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={tmp_path}/out"]
        said = ledger.run(wrapper, {}, ["--count", str(count), *WORKLOADS[workload]])
        return int(re.search(r"Collected : (\d+)", said).group(1))

    check(workload, per_command(measure, 8_000), "instructions")


@pytest.mark.parametrize("workload", WORKLOADS)
def test_allocations(workload, ledger, interposer, tmp_path):
    def measure(count):
        told = tmp_path / "allocations"
        environment = {"LD_PRELOAD": str(interposer), "ALLOCATIONS_FILE": str(told)}
        ledger.run([], environment, ["--count", str(count), *WORKLOADS[workload]])
        return int(told.read_text())

    # A busy machine makes smaller batches, each of which allocates: the largest that come about count.
    check(workload, min(per_command(measure, 20_000) for _ in range(5)), "allocations")
