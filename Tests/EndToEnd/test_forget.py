"""A person can be forgotten, the log can't."""

import shutil
import threading

import daemon as daemons
import reader
import resp

ID = "jonathan-livingstone-4711"
MEMO = "birthday greetings from aunt Agatha"
NOTE = "lives by the sea, third cliff"


def files_holding(directory, needle):
    """Every file under the directory whose raw bytes contain it; sparse regions cost nothing."""
    found = []
    for path in directory.rglob("*"):
        if path.is_file() and needle.encode() in path.read_bytes():
            found.append(path)
    return found


def live(client, account):
    client.call("AWARD", account, "coin", 50, "MEMO", MEMO, "KEY", f"key-of-{account}")
    client.call("RECORD", account, "letter", "words=" + NOTE)
    client.call("SPEND", account, "coin", 8)
    client.call("AWARD", account + "/gull", "coin", 3, "BY", account)


def test_no_file_holds_the_id_before_or_after(daemon):
    with daemon.client() as client:
        live(client, ID)
        client.call("AWARD", "bob", "coin", 1)
        client.call("TRANSFER", "bob", ID, "coin", 1)
        assert {event["account"] for event in client.call("HISTORY", ID)} == {ID, "bob"}
        assert any(event.get("memo") == MEMO for event in client.call("HISTORY", ID))
        client.call("FORGET", ID)
        profile = client.map("PROFILE", ID)
        assert profile["seq"] == 0 and not any(b["available"] for b in profile.get("balances", {}).values())
        log, ledger = reader.read(daemon.data)
        number = next(n for n, account in ledger.accounts.items() if account.forgotten)
        assert client.map("BALANCE", f"~{number}", "coin")["available"] == 43
        history = client.call("HISTORY", f"~{number}")
        assert {event["account"] for event in history} == {f"~{number}", "bob"}
        assert not any(event.get("memo") for event in history)
    assert sum(account.forgotten for account in ledger.accounts.values()) == 2  # with ID/gull
    for gently in (True, False):
        for needle in (ID, MEMO, NOTE, f"key-of-{ID}"):
            assert not files_holding(daemon.data, needle), needle
        daemon.restart(gently)
    reader.read(daemon.data)


def test_the_same_id_later_is_a_new_account(daemon):
    with daemon.client() as client:
        live(client, ID)
        client.call("FORGET", ID)
        reply = client.map("AWARD", ID, "coin", 50, "MEMO", MEMO, "KEY", f"key-of-{ID}")
        assert reply["duplicate"] is False and reply["balances"] == {"coin": 50}
    daemon.stop()
    shutil.rmtree(daemon.data / "state")
    daemon.start()
    with daemon.client() as client:
        assert client.map("BALANCE", ID, "coin")["available"] == 50
        assert client.map("BALANCE", ID + "/gull", "coin")["available"] == 0
    _, ledger = reader.read(daemon.data)
    assert ledger.balances()[ID]["coin"] == (50, 0, 0)


def test_forgetting_survives_a_kill(daemon):
    with daemon.client() as client:
        live(client, ID)
        client.call("FORGET", ID)
    daemon.restart()
    assert not files_holding(daemon.data, ID)
    with daemon.client() as client:
        assert client.map("PROFILE", ID)["seq"] == 0


def test_who_is_not_there_is_not_forgotten(client):
    for account in ("nobody-ever", "~999999"):
        try:
            client.call("FORGET", account)
            raise AssertionError("forgot nobody")
        except resp.Refused as refused:
            assert refused.code in ("NOTFOUND", "BADARG")


def test_forget_said_again_says_what_may_have_happened(client, someone):
    client.call("AWARD", someone, "coin", 1)
    client.call("FORGET", someone, "KEY", "away")
    refused = client.refusal("FORGET", someone, "KEY", "away")
    assert refused.code == "NOTFOUND" and "forgotten already" in refused.sentence


def test_verify_beside_a_daemon_that_forgets(daemon):
    """Between the log and the keys there is a moment in which neither is wrong."""
    with daemon.client() as client:
        client.many([("AWARD", f"p{n}", "coin", 1) for n in range(1500)])
        stop = threading.Event()

        def forget():
            with daemon.client() as forgetting:
                for n in range(1400):
                    if stop.is_set():
                        return
                    forgetting.call("FORGET", f"p{n}")

        thread = threading.Thread(target=forget)
        thread.start()
        try:
            for _ in range(12):
                done = daemons.stele("verify", "--data", daemon.data, check=False)
                assert done.returncode == 0, done.stdout + done.stderr
        finally:
            stop.set()
            thread.join()
    # What is wrong stays wrong.
    daemon.kill()
    with open(daemon.data / "keys", "r+b") as keys:
        keys.seek(32 * 1500)
        keys.write(bytes(32))
    done = daemons.stele("verify", "--data", daemon.data, check=False)
    assert done.returncode == 1 and "account 1500 has no key" in done.stdout
