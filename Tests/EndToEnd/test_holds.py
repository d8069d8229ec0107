"""Holds: placed, settled, released, expired."""

import time

import resp


def balance(client, account):
    found = client.map("BALANCE", account, "coin")
    return found["available"], found["held"], found["spent"]


def until(seconds):
    return f"@{int((time.time() + seconds) * 1_000_000)}"


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't come"
        time.sleep(0.02)


def test_a_hold_is_set_aside(client, someone):
    client.call("AWARD", someone, "coin", 10)
    hold = client.map("HOLD", someone, "coin", 6)
    assert hold["changes"] == {"coin": -6} and hold["balances"] == {"coin": 4}
    assert balance(client, someone) == (4, 6, 0)
    assert client.refusal("SPEND", someone, "coin", 5).code == "INSUFFICIENT"
    assert client.refusal("HOLD", someone, "coin", 5).code == "INSUFFICIENT"


def test_settling_below_the_amount_releases_the_rest(client, someone):
    client.call("AWARD", someone, "coin", 10)
    hold = client.map("HOLD", someone, "coin", 6)["seq"]
    before = client.call("XLEN", "log")
    for command in [("SETTLE", hold, 7), ("SETTLE", hold, 0), ("SETTLE", hold + 10**9), ("SETTLE", "x")]:
        assert client.refusal(*command).code != "ERR", command
    assert client.call("XLEN", "log") == before
    reply = client.map("SETTLE", hold, 4)
    assert reply["balances"] == {"coin": 6}
    assert balance(client, someone) == (6, 0, 4)
    # Settling posts twice, to held and to spent; it is one event.
    line = client.map("WHY", someone, "coin")["causes"][-1]
    assert (line["kind"], line["events"], line["spent"]) == ("hold", 2, 4)
    for command in [("SETTLE", hold), ("RELEASE", hold)]:
        assert client.refusal(*command).code != "ERR", command


def test_settling_whole_and_releasing(client, someone):
    client.call("AWARD", someone, "coin", 10)
    whole, loose = client.map("HOLD", someone, "coin", 3)["seq"], client.map("HOLD", someone, "coin", 4)["seq"]
    client.call("SETTLE", whole)
    assert balance(client, someone) == (3, 4, 3)
    reply = client.map("RELEASE", loose)
    assert reply["changes"] == {"coin": 4} and reply["balances"] == {"coin": 7}
    assert balance(client, someone) == (7, 0, 3)


def test_only_a_hold_is_settled(client, someone):
    award = client.map("AWARD", someone, "coin", 10)["seq"]
    for verb in ("SETTLE", "RELEASE"):
        assert client.refusal(verb, award).code == "NOTFOUND"


def test_a_hold_ends_by_the_clock(client, someone):
    client.call("AWARD", someone, "coin", 10)
    hold = client.map("HOLD", someone, "coin", 6, "UNTIL", until(0.4))["seq"]
    assert balance(client, someone) == (4, 6, 0)
    wait_for(lambda: balance(client, someone) == (10, 0, 0))
    wait_for(lambda: client.call("HISTORY", someone)[0]["kind"] == "hold")
    assert client.refusal("SETTLE", hold).code != "ERR"


def test_a_hold_ends_before_the_next_command(daemon):
    """Also when the daemon was down as its time came."""
    with daemon.client() as client:
        client.call("AWARD", "alice", "coin", 10)
        client.call("HOLD", "alice", "coin", 6, "UNTIL", until(0.3))
    daemon.kill()
    time.sleep(0.4)
    daemon.start()
    with daemon.client() as client:
        assert client.map("SPEND", "alice", "coin", 10)["balances"] == {"coin": 0}
        kinds = [event["kind"] for event in client.call("HISTORY", "alice")]
        assert kinds[:2] == ["spend", "hold"]


def test_until_is_later_than_now(client, someone):
    client.call("AWARD", someone, "coin", 10)
    for when in [until(-5), "2001-01-01T00:00:00Z", "soon", "12"]:
        assert client.refusal("HOLD", someone, "coin", 1, "UNTIL", when).code == "BADARG"


def test_holds_come_back_after_a_restart(daemon):
    with daemon.client() as client:
        client.call("AWARD", "alice", "coin", 10)
        hold = client.map("HOLD", "alice", "coin", 6, "UNTIL", until(60))["seq"]
    for gently in (False, True):
        daemon.restart(gently)
        with daemon.client() as client:
            assert balance(client, "alice") == (4, 6, 0)
    with daemon.client() as client:
        client.call("RELEASE", hold)
        assert balance(client, "alice") == (10, 0, 0)


def test_a_hold_within_a_group(client, someone):
    replies = client.transaction([("AWARD", someone, "coin", 10), ("HOLD", someone, "coin", 6)])
    assert replies[1]["balances"] == {"coin": 4}
    try:
        client.call("FORGET", someone)
        raise AssertionError("forgotten while a hold is open")
    except resp.Refused as refused:
        assert refused.code != "ERR"
