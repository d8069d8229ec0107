"""The real daemon in a scratch directory: start, stop, kill, start again."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import resp

ROOT = Path(__file__).resolve().parents[2]
RULES = Path(__file__).resolve().parent / "contract.json5"

# Logs up to here are decided again when a test is done with them.
DECIDED_BYTES_MAX = 8 << 20


def program(name):
    """The program as ops/test built it: release if there is one."""
    if "STELE_BIN" in os.environ:
        return Path(os.environ["STELE_BIN"]) / name
    for configuration in ("release", "debug"):
        path = ROOT / ".build" / configuration / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} isn't built: ops/test release")


class Daemon:
    def __init__(self, rules=RULES, arguments=(), directory=None, doors=False):
        # Not under pytest's own deep directories: a socket's path may have 107 bytes.
        self.scratch = Path(directory or tempfile.mkdtemp(prefix="stele-"))
        self.data = self.scratch / "data"
        self.socket = self.scratch / "sock"
        self.audit_socket = self.scratch / "audit"
        self.operate_socket = self.scratch / "operate"
        self.rules = rules
        self.arguments = list(arguments)
        if doors:
            self.arguments += ["--audit-socket", self.audit_socket, "--operate-socket", self.operate_socket]
        self.process = None
        self.errors = self.scratch / "stderr"

    def command(self):
        rules = ["--rules", self.rules] if self.rules else []
        parts = [program("steled"), "--data", self.data, "--socket", self.socket, *rules, *self.arguments]
        return [str(part) for part in parts]

    def spawn(self, prefix=(), environment=None):
        """Starts it and doesn't wait for its socket."""
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                [*prefix, *self.command()],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                # A group of its own, so that a tracer and what it traces end together.
                start_new_session=True,
                env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **(environment or {})},
            )
        return self

    def start(self, prefix=(), environment=None, within=30.0):
        self.spawn(prefix, environment)
        self.wait(within)
        return self

    def wait(self, within=30.0):
        """Until it answers PING."""
        deadline = time.monotonic() + within
        while True:
            if self.process.poll() is not None:
                raise AssertionError(f"steled ended with {self.process.returncode}:\n{self.said()}")
            try:
                with resp.Client(self.socket, protocol=2, timeout=within) as client:
                    if client.call("PING") == "PONG":
                        return
            except (FileNotFoundError, ConnectionRefusedError, resp.Closed):
                pass
            except resp.Refused as refused:
                if refused.code != "LOADING":
                    raise
            if time.monotonic() > deadline:
                raise AssertionError(f"no answer within {within} s:\n{self.said()}")
            time.sleep(0.003)

    def said(self):
        return self.errors.read_text(errors="replace") if self.errors.exists() else ""

    def client(self, protocol=3, **options):
        return resp.Client(self.socket, protocol, **options)

    def kill(self):
        """kill -9, and wait until it is gone."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()

    def stop(self, within=20.0):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)

    def restart(self, gently=False):
        self.stop() if gently else self.kill()
        return self.start()

    def remove(self):
        self.kill()
        try:
            self.decide_again()
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def decide_again(self):
        """Whatever a test has made happen was lawful, unless it has damaged the log."""
        log = self.data / "log" / "data.mdb"
        if not log.exists() or log.stat().st_size > DECIDED_BYTES_MAX:
            return
        done = stele("verify", "--data", self.data, "--decide", "--json", check=False)
        found = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        if found.get("deviations"):
            raise AssertionError(f"decided again, {found['deviations']} events differ: {found['deviating'][:3]}")


def stele(*arguments, check=True, **options):
    """Runs the command line tool."""
    done = subprocess.run(
        [str(program("stele")), *map(str, arguments)], capture_output=True, text=True, timeout=120, **options
    )
    if check and done.returncode:
        raise AssertionError(f"stele {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done
