"""Stock Redis clients, unmodified, against the real daemon."""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest
import redis

CLIENTS = Path(__file__).resolve().parents[2] / "fixtures/clients"


def cli(shared, *arguments, **options):
    done = subprocess.run(
        ["redis-cli", "-s", str(shared.socket), *map(str, arguments)],
        capture_output=True, text=True, timeout=30, **options,
    )
    return done.stdout


# redis-cli


def test_redis_cli_speaks_resp2(shared, someone):
    said = cli(shared, "AWARD", someone, "coin", 80).split("\n")
    assert said[0] == "seq" and "balances" in said
    assert cli(shared, "BALANCE", someone, "coin").split() == [
        "earned", "80", "spent", "0", "held", "0", "available", "80",
    ]
    assert cli(shared, "SPEND", someone, "coin", 100).startswith("INSUFFICIENT balance=coin needs=100 has=80: ")


def test_redis_cli_prints_resp3_as_json(shared, someone):
    reply = json.loads(cli(shared, "-3", "--json", "AWARD", someone, "coin", 80))
    assert reply["balances"] == {"coin": 80} and reply["duplicate"] is False
    profile = json.loads(cli(shared, "--json", "PROFILE", someone))
    assert profile["seq"] == reply["seq"]
    history = json.loads(cli(shared, "--json", "HISTORY", someone, "COUNT", 1))
    assert history[0]["kind"] == "award"


def test_redis_cli_reads_commands_from_a_file(shared, someone):
    script = f"MULTI\nAWARD {someone} coin 5\nSPEND {someone} coin 2\nEXEC\nBALANCE {someone} coin\n"
    said = cli(shared, input=script)
    assert said.startswith("OK\nQUEUED\nQUEUED\n")
    assert said.rstrip().endswith("available\n3")


def test_redis_cli_prints_help_for_our_commands(shared):
    said = re.sub(r"\x1b\[[0-9;]*m", "", cli(shared, input="help AWARD\nhelp @nothing\n"))
    assert re.search(r"AWARD account .*amount", said), said
    assert "summary:" in said


def test_redis_cli_hints_while_one_types(shared):
    """In a terminal of its own: what redis-cli shows behind the cursor comes from COMMAND DOCS."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", COLUMNS="200", HOME="/nonexistent")
        os.execvp("redis-cli", ["redis-cli", "-s", str(shared.socket)])
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        until(terminal, b"> ")
        os.write(terminal, b"AWARD alice ")
        until(terminal, b"amount")
        os.write(terminal, b"coin 1\r")
        assert b"balances" in until(terminal, b"balances")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def until(terminal, wanted, seconds=10.0):
    seen, deadline = b"", time.monotonic() + seconds
    while wanted not in seen:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            raise AssertionError(f"{wanted} was not shown: {seen}")
        seen += os.read(terminal, 4096)
    return seen


# redis-benchmark


def test_redis_benchmark(shared):
    with shared.client() as client:
        before = client.map("BALANCE", "bench", "coin")["available"]
        done = subprocess.run(
            ["redis-benchmark", "-s", str(shared.socket), "-n", "20000", "-c", "20", "-P", "32", "-q", "-e",
             "AWARD", "bench", "coin", "1"],
            capture_output=True, text=True, timeout=120,
        )
        assert done.returncode == 0 and "requests per second" in done.stdout, done
        assert "Error" not in done.stdout + done.stderr, done
        assert client.map("BALANCE", "bench", "coin")["available"] - before == 20000
        subprocess.run(
            ["redis-benchmark", "-s", str(shared.socket), "-n", "3000", "-c", "8", "-r", "500", "-q", "-e",
             "AWARD", "p__rand_int__", "coin", "1"],
            check=True, capture_output=True, timeout=120,
        )
        assert client.call("PING") == "PONG"


# redis-py


@pytest.fixture(params=[2, 3], ids=["RESP2", "RESP3"])
def py(shared, request):
    with redis.Redis(
        unix_socket_path=str(shared.socket), protocol=request.param, decode_responses=True, client_name="shop"
    ) as connection:
        connection.test_protocol = request.param
        yield connection


def mapped(reply):
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2]))


def test_redis_py_commands(py, someone):
    assert py.ping()
    reply = mapped(py.execute_command("AWARD", someone, "coin", 80))
    assert mapped(reply["balances"]) == {"coin": 80}
    with pytest.raises(redis.ResponseError, match="INSUFFICIENT balance=coin needs=100 has=80: "):
        py.execute_command("SPEND", someone, "coin", 100)
    assert py.info()["redis_version"]
    assert py.client_getname() == "shop"
    assert py.client_id() > 0
    assert py.echo("x") == "x"
    assert py.command_count() > 30


def test_redis_py_pipelines(py, someone):
    with py.pipeline(transaction=False) as pipe:
        for _ in range(300):
            pipe.execute_command("AWARD", someone, "coin", 1)
        pipe.execute_command("SPEND", someone, "coin", 1000)
        pipe.execute_command("BALANCE", someone, "coin")
        replies = pipe.execute(raise_on_error=False)
    assert isinstance(replies[300], redis.ResponseError)
    assert mapped(replies[301])["available"] == 300


def test_redis_py_transactions(py, someone):
    with py.pipeline(transaction=True) as pipe:
        pipe.execute_command("AWARD", someone, "coin", 10)
        pipe.execute_command("SPEND", someone, "coin", 4)
        replies = pipe.execute()
    assert mapped(mapped(replies[1])["balances"]) == {"coin": 6}
    with py.pipeline(transaction=True) as pipe:
        pipe.execute_command("AWARD", someone, "coin", 10)
        pipe.execute_command("SPEND", someone, "coin", 400)
        with pytest.raises(redis.ResponseError, match="INSUFFICIENT command=2 "):
            pipe.execute()
    assert mapped(py.execute_command("BALANCE", someone, "coin"))["available"] == 6
    with py.pipeline() as pipe, pytest.raises(redis.ResponseError, match="EXPECT"):
        pipe.watch("log")


def test_redis_py_stream_helpers(py, someone):
    seqs = [mapped(py.execute_command("AWARD", someone, "coin", n))["seq"] for n in (1, 2, 3)]
    stream = f"log:{someone}"
    entries = py.xrange(stream, count=10)
    assert [entry[0] for entry in entries][-3:] == [f"{seq}-0" for seq in seqs]
    assert entries[-1][1]["kind"] == "award"
    assert json.loads(entries[-1][1]["postings"])[0]["amount"] in (3, "3")
    assert [entry[0] for entry in py.xrevrange(stream, count=1)] == [f"{seqs[-1]}-0"]
    assert py.xlen(stream) == len(entries)
    read = py.xread({stream: f"{seqs[0]}-0", "log": f"{seqs[1]}-0"}, count=5, block=100)
    found = read if isinstance(read, dict) else dict(read)
    ours = found[stream][0] if py.test_protocol == 3 else found[stream]
    assert [entry[0] for entry in ours] == [f"{seq}-0" for seq in seqs[1:]]
    assert not py.xread({stream: f"{seqs[-1]}-0"}, block=50)
    card = py.xinfo_stream(stream)
    assert card["length"] == len(entries) and card["last-generated-id"] == f"{seqs[-1]}-0"
    assert card["last-entry"][0] == f"{seqs[-1]}-0"


def test_redis_py_reconnects(shared, someone):
    with redis.Redis(unix_socket_path=str(shared.socket), protocol=3) as connection:
        first = connection.execute_command("AWARD", someone, "coin", 1)
        connection.connection_pool.disconnect()
        assert connection.execute_command("AWARD", someone, "coin", 1)[b"seq"] > first[b"seq"]


# hiredis


def test_hiredis(shared, tmp_path, someone):
    program = tmp_path / "client"
    compiler = shutil.which("gcc") or shutil.which("cc") or "clang"
    subprocess.run(
        [compiler, "-Wall", "-Werror", "-O1", "-o", str(program), str(CLIENTS / "hiredis-client.c"), "-lhiredis"],
        check=True, timeout=60,
    )
    done = subprocess.run([str(program), str(shared.socket), someone], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split("\n")[-2] == "1000 awards, 1 transaction, 1 refusal: all as expected"
