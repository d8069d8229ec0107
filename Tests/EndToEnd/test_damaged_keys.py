"""DIR/keys is beside the log all there is: a key that isn't what it was is found, never believed."""

import shutil

import daemon as daemons
import pytest
import resp


# The account whose slot is hit, and the byte of it: token key, text key, check.
PLACES = [(2, 3), (2, 20), (2, 30), (0, 7)]


@pytest.fixture(params=PLACES, ids=[f"slot {slot} byte {byte}" for slot, byte in PLACES])
def damaged(daemon, request):
    """A ledger of five accounts, one of whose keys, or its own, was changed by one bit."""
    daemon.hit, byte = request.param
    with daemon.client() as client:
        for name in "abcde":
            client.call("AWARD", name, "coin", 5, "KEY", "k", "MEMO", "hello")
    daemon.stop()
    keys = daemon.data / "keys"
    content = bytearray(keys.read_bytes())
    content[32 * daemon.hit + byte] ^= 1
    keys.write_bytes(content)
    return daemon


def test_verify_finds_a_changed_key(damaged):
    done = daemons.stele("verify", "--data", damaged.data, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert ("account 2" if damaged.hit else "the ledger's own key") in done.stdout + done.stderr


def test_a_rebuild_does_not_lose_the_account(damaged):
    shutil.rmtree(damaged.data / "state")
    damaged.spawn()
    assert damaged.process.wait(20) == 75
    assert f"account {damaged.hit}" in damaged.said()


def test_a_key_said_again_is_not_believed_to_be_new(damaged):
    """With its state there the daemon starts, if only another account's key is damaged."""
    damaged.spawn()
    try:
        damaged.wait()
        with damaged.client() as client:
            client.call("AWARD", "b", "coin", 5, "KEY", "k")
            assert False, "it answered"
    except (AssertionError, resp.Closed, ConnectionError) as ended:
        assert "it answered" not in str(ended)
    assert damaged.process.wait(20) == 75
