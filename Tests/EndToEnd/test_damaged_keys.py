"""DIR/keys is beside the log all there is: a key that isn't what it was is found, never believed."""

import shutil

import daemon as daemons
import pytest


@pytest.fixture
def damaged(daemon):
    """A ledger of five accounts, the text key of the second changed by one bit."""
    with daemon.client() as client:
        for name in "abcde":
            client.call("AWARD", name, "coin", 5, "KEY", "k", "MEMO", "hello")
    daemon.stop()
    keys = daemon.data / "keys"
    content = bytearray(keys.read_bytes())
    content[32 * 2 + 20] ^= 1
    keys.write_bytes(content)
    return daemon


def test_verify_finds_a_changed_key(damaged):
    done = daemons.stele("verify", "--data", damaged.data, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "account 2" in done.stdout


def test_a_rebuild_does_not_lose_the_account(damaged):
    shutil.rmtree(damaged.data / "state")
    damaged.spawn()
    assert damaged.process.wait(20) == 75
    assert "account 2" in damaged.said()
