"""The two programs from outside: starting, stopping, exit codes, a second daemon, import, the command line."""

import csv
import json
import os
import re
import signal
import stat
import subprocess
import time
from collections import defaultdict

import pytest

import daemon as daemons
import reader

SAMPLE = daemons.ROOT / "fixtures/contributions-sample.csv"
CONTRIBUTIONS = daemons.ROOT / "fixtures/rulebooks/contributions.json5"


def test_sigterm_drains_and_exits_0(daemon):
    with daemon.client() as client:
        client.send(b"".join(b"*4\r\n$5\r\nAWARD\r\n$5\r\nalice\r\n$4\r\ncoin\r\n$1\r\n1\r\n" for _ in range(500)))
        replies = [client.reply() for _ in range(500)]
        assert daemon.stop() == 0
    assert not daemon.socket.exists()
    daemon.start()
    with daemon.client() as client:
        assert client.map("BALANCE", "alice", "coin")["available"] == len(replies)


def test_a_second_daemon_is_told_who_holds_the_directory(daemon):
    second = daemons.Daemon(directory=daemon.scratch)
    second.socket = daemon.scratch / "sock2"
    second.errors = daemon.scratch / "stderr2"
    began = time.monotonic()
    second.spawn()
    assert second.process.wait(10) != 0
    assert time.monotonic() - began < 3
    assert str(daemon.process.pid) in second.said()
    with daemon.client() as client:
        assert client.call("PING") == "PONG"
    assert not second.socket.exists()


def test_the_socket_of_a_killed_daemon_is_taken_over(daemon):
    daemon.kill()
    assert daemon.socket.exists()
    daemon.start()
    with daemon.client() as client:
        assert client.call("PING") == "PONG"


def test_what_it_says_is_one_line_a_fact(daemon):
    lines = daemon.said().splitlines()
    assert lines and all(line.strip() and len(line) < 400 for line in lines)


@pytest.mark.parametrize("arguments", [[], ["--data"], ["--fly"], ["--data", "x", "--nosync"]])
def test_wrong_usage_exits_2(arguments, tmp_path):
    done = subprocess.run(
        [str(daemons.program("steled")), *arguments], capture_output=True, text=True, timeout=10, cwd=tmp_path
    )
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stderr.strip() and not list(tmp_path.iterdir())


def test_a_socket_path_that_is_too_long_is_found_before_anything_is_made(tmp_path):
    arguments = ["--data", "x", "--socket", "y" * 120]
    done = subprocess.run(
        [str(daemons.program("steled")), *arguments], capture_output=True, text=True, timeout=10, cwd=tmp_path
    )
    assert done.returncode != 0 and done.stderr.strip() and not list(tmp_path.iterdir())


def test_help_and_version():
    for program in ("steled", "stele"):
        done = subprocess.run([str(daemons.program(program)), "--version"], capture_output=True, text=True, timeout=10)
        assert done.returncode == 0 and re.fullmatch(program + r" \d+\.\d+\.\d+\n", done.stdout)
        done = subprocess.run([str(daemons.program(program)), "--help"], capture_output=True, text=True, timeout=10)
        assert done.returncode == 0 and "--socket" in done.stdout


@pytest.mark.parametrize("script", ["run", "test", "fuzz"])
def test_scripts_tell_what_they_do_without_doing_it(script):
    command = [str(daemons.ROOT / "ops" / script)]
    asked = subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=10)
    assert asked.returncode == 0 and asked.stdout and not asked.stderr
    wrong = subprocess.run([*command, "nonsense"], capture_output=True, text=True, timeout=10)
    assert wrong.returncode == 2 and wrong.stderr


def test_a_wrong_rulebook_stops_the_first_start(tmp_path):
    rules = tmp_path / "wrong.json5"
    rules.write_text("{ edition: 1,\n currencies: { 'a b': {} },\n ladders: 7 }\n")
    daemon = daemons.Daemon(rules=rules)
    try:
        daemon.spawn()
        assert daemon.process.wait(10) not in (0, -signal.SIGSEGV, -signal.SIGILL, -signal.SIGTRAP)
        said = daemon.said()
        assert "wrong.json5:2" in said and "wrong.json5:3" in said, said
        # No empty ledger is left behind, which the next start would find.
        assert not daemon.data.exists()
    finally:
        daemon.remove()


def test_a_directory_for_others_is_refused(make_daemon):
    daemon = make_daemon(start=False)
    daemon.data.mkdir(mode=0o777)
    os.chmod(daemon.data, 0o777)
    daemon.spawn()
    assert daemon.process.wait(10) != 0
    assert daemon.said().strip()


def started_with_more(daemon, tmp_path, text):
    """What the daemon says when it starts again with rules that end with the text, too."""
    other = tmp_path / "other.json5"
    other.write_text(daemon.rules.read_text() + text)
    daemon.stop()
    daemon.rules = other
    daemon.start()
    return daemon.said()


def test_a_later_different_file_is_a_warning(daemon, tmp_path):
    assert "RULES PUT" in started_with_more(daemon, tmp_path, "\n// Changed.\n")


def test_a_later_file_with_mistakes_is_a_warning_that_says_so(daemon, tmp_path):
    said = started_with_more(daemon, tmp_path, "\n} // One too many.\n")
    assert "it has mistakes" in said and "RULES PUT adopts it" not in said


def test_a_zone_that_is_not_there_is_refused_before_it_comes_into_force(daemon, make_daemon, tmp_path):
    rules = tmp_path / "mars.json5"
    rules.write_text("""{
      edition: 1, currencies: { coin: {} },
      jobs: { wages: { schedule: "0 0 * * *", time_zone: "Mars/Base", gives: [{ balance: "coin", amount: 1 }] } },
    }""")
    place = f"{rules}:3:58: there is no time zone 'Mars/Base'"
    checked = daemons.stele("rules", "check", rules, check=False)
    assert checked.returncode == 1 and checked.stdout.startswith(place), checked.stdout
    tried = daemons.stele("whatif", "--data", daemon.data, "--rules", rules, check=False)
    assert tried.returncode == 1 and tried.stdout.startswith(place), tried.stdout
    with daemon.client() as client:
        (mistake,) = client.map("RULES", "CHECK", rules.read_text())["mistakes"]
        assert (mistake["line"], mistake["column"]) == (3, 58)
        assert client.map("RULES", "DIFF", rules.read_text())["valid"] is False
        assert client.refusal("RULES", "PUT", rules.read_text()).code == "RULES"
    fresh = make_daemon(rules=rules, start=False)
    fresh.spawn()
    assert fresh.process.wait(10) == 78 and place in fresh.said() and not fresh.data.exists()


def test_doors_that_cannot_be_opened_are_found_before_anything_is_made(daemon, tmp_path):
    (tmp_path / "file").touch()
    config = tmp_path / "config"
    config.write_text("socket-group = no-such-group\n")
    for options, said in [
        (["--socket", daemon.socket], f"held by pid {daemon.process.pid}"),
        (["--socket", "file"], "what is there is no socket"),
        (["--socket", "a", "--audit-socket", "a"], "two doors can't have one socket"),
        (["--config", config], "no group no-such-group"),
    ]:
        done = subprocess.run(
            [str(daemons.program("steled")), "--data", "new", *map(str, options)],
            capture_output=True, text=True, timeout=10, cwd=tmp_path,
        )
        assert done.returncode in (73, 78) and said in done.stderr, (options, done.stderr)
        assert not (tmp_path / "new").exists(), options


# stele


def test_the_tools_exit_codes(daemon, tmp_path):
    socket = ["--socket", daemon.socket]
    assert daemons.stele(*socket, "AWARD", "alice", "coin", 5).returncode == 0
    reply = json.loads(daemons.stele(*socket, "BALANCE", "alice", "coin", "--json").stdout)
    assert reply["available"] == 5
    assert daemons.stele(*socket, "SPEND", "alice", "coin", 50, check=False).returncode == 3
    assert daemons.stele("--fly", check=False).returncode == 2
    assert daemons.stele("--socket", tmp_path / "none", "PING", check=False).returncode == 4
    refused = daemons.stele(*socket, "SPEND", "alice", "coin", 50, check=False)
    assert "INSUFFICIENT" in refused.stdout + refused.stderr


def test_bench_prepares_accounts_once(make_daemon):
    daemon = make_daemon()

    def bench(*options):
        load = ("--workload", "spend", "--currency", "coin", "--accounts", 10, "--count", 100, "--connections", 2)
        return daemons.stele("--socket", daemon.socket, "bench", *load, *options, check=False)

    def head():
        with daemon.client() as client:
            return client.call("XLEN", "log")

    # Nobody has anything to spend yet.
    assert bench("--prepared").returncode == 1
    assert bench().returncode == 0
    before = head()
    assert bench("--prepared").returncode == 0 and head() == before + 100
    assert bench().returncode == 0 and head() == before + 210
    both = bench("--prepared", "--prepare")
    assert both.returncode == 2 and "contradict" in both.stderr


def test_what_is_interrupted_says_neither_yes_nor_no(make_daemon, tmp_path):
    """verify ends with 1 where a ledger is wrong: Ctrl-C mustn't be taken for that."""
    directory = tmp_path / "big"
    daemons.stele(
        "bench", "--build-log", directory, "--rules", CONTRIBUTIONS, "--accounts", 1000, "--count", 300_000
    )
    for command in (["verify"], ["verify", "--decide"], ["export"]):
        process = subprocess.Popen(
            [str(daemons.program("stele")), *command, "--data", str(directory)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        # It listens once it has opened the ledger's files.
        while not any("data.mdb" in target for target in opened(process.pid)):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert "interrupted" in process.stderr.read() and process.wait(60) == 130, command


def opened(pid):
    targets = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            targets.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            pass  # Closed meanwhile.
    return targets


def test_where_there_is_no_ledger_to_read_that_is_said(daemon, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for command in (["verify"], ["replay"], ["export"], ["salvage", "--into", tmp_path / "new"]):
        for where in ("none", "empty", "file"):
            done = daemons.stele(*command, "--data", tmp_path / where, check=False)
            assert done.returncode == 2 and "ledger" in done.stderr, (command, where, done.stderr)
    assert not (tmp_path / "new").exists()


def test_the_tool_without_permission_exits_5(make_daemon):
    daemon = make_daemon(doors=True)
    assert daemons.stele("--socket", daemon.socket, "FREEZE", "alice", check=False).returncode == 5


@pytest.fixture(scope="module")
def imported():
    daemon = daemons.Daemon(rules=CONTRIBUTIONS).start()
    daemons.stele(
        "--socket", daemon.socket, "import", SAMPLE, "--action", "contribution", "--account", "account",
        "--key", "id", "--time", "time",
    )
    yield daemon
    daemon.remove()


def expected():
    xp, reputation = defaultdict(int), defaultdict(int)
    for row in csv.DictReader(open(SAMPLE)):
        amount = 5 if row["merge"] == "1" else 10 + 2 * min(int(row["files"]), 20)
        xp[row["account"]] += amount
        reputation[row["account"], row["project"]] += amount
    return xp, reputation


def test_the_sample_is_imported_exactly(imported):
    xp, reputation = expected()
    tiers = [("legend", 100_000), ("maintainer", 25_000), ("core", 5_000), ("regular", 500), ("newcomer", 0)]
    with imported.client() as client:
        for account, amount in xp.items():
            profile = client.map("PROFILE", account)
            assert client.map("BALANCE", account, "xp")["available"] == amount
            level = 1
            while 100 * level * (level + 1) // 2 <= amount:
                level += 1
            assert profile["ladders"]["level"]["rung"] == level, account
            assert profile["ladders"]["tier"]["rung"] == next(name for name, floor in tiers if amount >= floor)
        for (account, project), amount in reputation.items():
            assert client.map("BALANCE", account, f"reputation:{project}")["available"] == amount
        times = [event.get("at") for event in client.call("HISTORY", next(iter(xp)), "COUNT", 50)]
        assert all(at.startswith(("2019", "202")) for at in times if at)


def test_importing_twice_changes_nothing(imported):
    with imported.client() as client:
        before = client.call("XLEN", "log")
        daemons.stele(
            "--socket", imported.socket, "import", SAMPLE, "--action", "contribution", "--account", "account",
            "--key", "id", "--time", "time",
        )
        assert client.call("XLEN", "log") == before


def test_verify_finds_nothing_wrong_beside_the_daemon(imported):
    said = daemons.stele("verify", "--data", imported.data)
    assert said.returncode == 0 and said.stdout.strip()


def test_verify_names_the_first_thing_wrong(imported, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(imported.data), str(copy)], check=True)
    # The largest batch lies in pages of its own: there is no older copy of it to hit instead.
    first, batch = max(reader.Log(copy).values(), key=lambda pair: len(pair[1]))
    data = copy / "log" / "data.mdb"
    content = bytearray(data.read_bytes())
    assert content.count(batch) == 1
    content[content.find(batch) + len(batch) // 2] ^= 1
    data.write_bytes(content)
    done = daemons.stele("verify", "--data", copy, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    named = [int(number) for number in re.findall(r"\d+", (done.stdout + done.stderr).replace(",", ""))]
    following = int.from_bytes(first, "big")
    assert any(following <= number < following + len(batch) // 20 for number in named), done.stdout + done.stderr


def test_rebuild_proves_the_state(imported):
    imported.stop()
    done = daemons.stele("rebuild", "--data", imported.data)
    assert done.returncode == 0
    imported.start()
    test_the_sample_is_imported_exactly(imported)


def test_what_could_not_be_written_is_said(imported, tmp_path):
    arguments = ["export", "--data", imported.data]
    whole = daemons.stele(*arguments).stdout
    done = daemons.stele(*arguments, "--output", "/dev/full", check=False)
    assert done.returncode == 1 and "/dev/full: No space left" in done.stderr
    history = ["--socket", imported.socket, "HISTORY", "*"]
    for command in (arguments, history, ["--help"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [str(daemons.program("stele")), *map(str, command)],
                stdout=full, stderr=subprocess.PIPE, text=True, timeout=120,
            )
        assert done.returncode == 1 and "standard output: No space left" in done.stderr, command
    # A reader who has seen enough is no mistake.
    script = '"$@" | head -n 1; exit "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", str(daemons.program("stele")), *map(str, arguments)],
        capture_output=True, text=True, timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "") and done.stdout == whole[: whole.index("\n") + 1]


def test_nothing_is_salvaged_from_under_a_daemon(imported, tmp_path):
    target = tmp_path / "rescued"
    lock = (imported.data / "lock").read_bytes()
    done = daemons.stele("salvage", "--data", imported.data, "--into", target, check=False)
    assert done.returncode == 3 and str(imported.process.pid) in done.stderr
    assert not target.exists() and (imported.data / "lock").read_bytes() == lock
    imported.stop()
    daemons.stele("salvage", "--data", imported.data, "--into", target)
    assert (imported.data / "lock").read_bytes() == lock
    daemons.stele("verify", "--data", target)
    imported.start()


def test_files_are_the_owners(imported):
    for path in imported.data.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
