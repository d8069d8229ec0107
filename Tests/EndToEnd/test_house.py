"""The tree keeps its own rules: a reader knows where the risky things can be, and where they can't.

Needs no daemon: reads what git tracks.
"""

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {"Package.swift", "Sources", "Tests", "fixtures", "ops", "README.md"}
LINES_MAX = 400
LINES_MAX_TESTS = 600
COLUMNS_MAX_SHELL = 110

# Files above LINES_MAX, each with the reason why it is one idea. None may pass LINES_MAX_TESTS.
LONG_FOR_A_REASON = {}

# Where each risky thing may stand: module -> file name patterns. What isn't listed may not.
UNSAFE = {
    "Ledger": ["Codec/ByteReader.swift", "Codec/ByteWriter.swift", "State/Flat.swift"],
    "LMDB": ["*"],
    "Proof": ["SHA256*.swift"],
    "Secrets": ["*"],
    "Server": ["Poller.swift", "Report.swift", "ServiceManager.swift", "Syscall*.swift", "WorkerThread.swift"],
    "Store": ["Files/*"],
    "stele": ["Bench/*", "Offline/EventFolder.swift", "Print/Output.swift", "System/*"],
    "stelesim": ["main.swift"],
}
THREADS = {
    "LMDB": ["Environment.swift", "WriteTransaction.swift"],
    "Server": ["*"],
    "Store": ["Keys/KeyIndex.swift", "Log/LMDBLog.swift", "State/LMDBState.swift"],
    "stele": ["System/*"],
}
CLOCKS = {"Server": ["Syscall*.swift"], "stele": ["System/*"], "stelesim": ["main.swift"]}
ASYNC = {}
FOUNDATION = {}
SYSTEM_CALLS = {
    "LMDB": ["*"],
    "Server": ["*"],
    "Store": ["Files/*"],
    "stele": ["*"],
    "steled": ["*"],
    "stelesim": ["*"],
}

RISKS = [
    ("unsafe code", r"\bunsafe\b|\bUnsafe\w+", UNSAFE),
    ("threads and locks", r"\bpthread_\w+|\bMutex\b|\bAtomic\b|\bDispatch\w+|\bThread\b", THREADS),
    ("clocks", r"\bclock_gettime\b|\bContinuousClock\b|\bSuspendingClock\b|\bgettimeofday\b|\bDate\(\)", CLOCKS),
    ("async", r"\bawait\b|\basync\b", ASYNC),
    ("Foundation", r"^\s*(?:\w+ )*import Foundation\b", FOUNDATION),
    ("system calls", r"^\s*(?:\w+ )*(?:Glibc|CLinux)\b", SYSTEM_CALLS),
]


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, check=True, capture_output=True
    ).stdout.decode()
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def code(source):
    """Swift source without comments and the insides of strings, lines kept."""
    pattern = r'"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*(?:.|\n)*?\*/'
    return re.sub(pattern, lambda found: "\n" * found.group().count("\n"), source)


def test_the_top_level_holds_six_things():
    top = {path.parts[0] for path in tracked() if not path.parts[0].startswith(".")}
    assert top <= TOP_LEVEL, f"beside the six: {sorted(top - TOP_LEVEL)}"
    assert top == TOP_LEVEL, f"missing: {sorted(TOP_LEVEL - top)}"


def test_no_file_is_too_long():
    long = []
    for path in tracked("*.swift", "*.py"):
        lines = text(path).count("\n")
        allowed = LINES_MAX if path.parts[0] == "Sources" else LINES_MAX_TESTS
        if str(path) in LONG_FOR_A_REASON:
            allowed = LINES_MAX_TESTS
        if lines > allowed:
            long.append(f"{path}: {lines} lines, {allowed} allowed")
    assert not long, "\n".join(long)


def test_nothing_is_left_for_later():
    words = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
    found = []
    for path in tracked("Sources", "Tests", "ops", "README.md", "Package.swift", ".ci"):
        if path.suffix in {".swift", ".py", ".md", ".sh", ".h", ".c", ""}:
            for number, line in enumerate(text(path).splitlines(), 1):
                if words.search(line):
                    found.append(f"{path}:{number}: {line.strip()}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name, pattern, places", RISKS, ids=[risk[0] for risk in RISKS])
def test_risky_things_stay_in_their_places(name, pattern, places):
    found = []
    for path in tracked("Sources/*.swift"):
        module, inside = path.parts[1], "/".join(path.parts[2:])
        if any(fnmatch.fnmatch(inside, place) for place in places.get(module, [])):
            continue
        for number, line in enumerate(code(text(path)).splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path}:{number}: {line.strip()}")
    assert not found, f"{name} outside of its places:\n" + "\n".join(found)


def test_modules_name_no_rulebook():
    """Rules are data: nothing in Sources knows the systems that rulebooks describe."""
    names = [path.stem for path in tracked("fixtures/rulebooks/*.json5")]
    found = []
    for path in tracked("Sources/*.swift"):
        for name in names:
            if re.search(rf"\b{re.escape(name)}\.json5\b", text(path)):
                found.append(f"{path}: {name}")
    assert not found, "\n".join(found)


def test_settings_are_strict():
    manifest = text("Package.swift")
    for setting in [".swiftLanguageMode(.v6)", ".strictMemorySafety()", ".treatAllWarnings(as: .error)"]:
        assert setting in manifest
    for banned in ["unsafeFlags", "-Ounchecked"]:
        for path in tracked("Package.swift", "ops", ".ci"):
            assert banned not in text(path), f"{banned} in {path}"


def test_scripts_are_plain():
    for path in tracked("ops", ".ci"):
        content = text(path)
        if content.startswith("#!") and "bash" in content.splitlines()[0]:
            subprocess.run(["bash", "-n", str(ROOT / path)], check=True)
            long = [line for line in content.splitlines() if len(line) > COLUMNS_MAX_SHELL]
            assert not long, f"{path}: {long}"
