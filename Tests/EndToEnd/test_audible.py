"""No answer tells of what isn't on disk yet; what has been on disk for long is told at once."""

import select
import signal
import subprocess
import time

import pytest

import resp


class Stalled:
    """A daemon whose commits reach the disk, but are not known to have for twelve seconds."""

    def __init__(self, daemon):
        self.daemon = daemon

    def __enter__(self):
        # Two who write at once: a single one's commit would keep the thread that answers.
        self.daemon.process.send_signal(signal.SIGSTOP)
        self.strace = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(self.daemon.process.pid),
             "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_exit=12000000"])
        time.sleep(1)
        return self

    def go_on(self):
        self.daemon.process.send_signal(signal.SIGCONT)

    def __exit__(self, *_):
        self.strace.terminate()
        self.strace.wait()


def has_answer(client):
    return bool(select.select([client.socket], [], [], 0)[0])


@pytest.fixture
def ledger(make_daemon):
    daemon = make_daemon()
    with daemon.client() as client:
        for account in ("alice", "bob", "carol"):
            client.call("AWARD", account, "coin", 5)
    return daemon


@pytest.mark.parametrize("question", ["BALANCE", "PROFILE"])
def test_a_read_waits_for_no_event_but_those_that_it_tells_of(ledger, question):
    def ask(account):
        return (question, account, "coin") if question == "BALANCE" else (question, account)

    def earned(answer):
        return (answer if question == "BALANCE" else answer["balances"]["coin"])["earned"]

    with ledger.client() as one, ledger.client() as two, ledger.client() as patient, ledger.client() as other, \
            Stalled(ledger) as stalled:
        # In the order in which it is heard.
        one.send(resp.frame("AWARD", "alice", "coin", 1))
        two.send(resp.frame("AWARD", "carol", "coin", 1))
        patient.send(resp.frame(*ask("alice")) + resp.frame(*ask("bob")))
        other.send(resp.frame(*ask("bob")))
        stalled.go_on()
        assert earned(other.reply()) == 5
        assert not has_answer(one) and not has_answer(two) and not has_answer(patient)
        assert one.reply()["seq"] + 1 == two.reply()["seq"]
        # In the order of the questions, the one that needn't have waited behind the one that had to.
        assert earned(patient.reply()) == 6 and earned(patient.reply()) == 5
