"""Who may do what: the door that a peer came in through decides."""

import itertools
import os
import stat

import pytest

import resp

GAME = [
    ("AWARD", "r", "coin", 5), ("SPEND", "r", "coin", 1), ("TRANSFER", "r", "r2", "coin", 1), ("HOLD", "r", "coin", 1),
    ("RECORD", "r", "quest", "difficulty=1", "place=x"), ("FACT", "r", "strength", "{n}"),
]
READS = [("BALANCE", "r", "coin"), ("PROFILE", "r"), ("HISTORY", "r"), ("EVENT", 1), ("WHY", "r", "coin"), ("PING",),
         ("INFO",)]
AUDIT = [("XRANGE", "log", "-", "+", "COUNT", 1), ("XLEN", "log")]
OPERATE = [
    ("REVERSE", "{award}"), ("FREEZE", "r3"), ("UNFREEZE", "r3"), ("FORGET", "r4"),
    ("AWARD", "r", "coin", 5, "AT", "2020-01-01T00:00:00Z"), ("RULES", "PUT", "{}"),
    ("PROJECTION", "REBUILD", "accounts"),
]


@pytest.fixture(scope="module")
def doors():
    import daemon as daemons

    daemon = daemons.Daemon(doors=True).start()
    yield daemon
    daemon.remove()


@pytest.fixture
def clients(doors):
    paths = {"game": doors.socket, "audit": doors.audit_socket, "operate": doors.operate_socket}
    clients = {role: resp.Client(path) for role, path in paths.items()}
    yield clients
    for client in clients.values():
        client.close()


COUNTER = itertools.count(1)


def answer(client, command, award):
    filled = [str(part).format(award=award, n=next(COUNTER)) if part != "{}" else part for part in command]
    try:
        client.call(*filled)
        return "OK"
    except resp.Refused as refused:
        return refused.code


def test_the_whole_matrix(clients):
    operate = clients["operate"]
    for account in ("r", "r3", "r4"):
        operate.call("AWARD", account, "coin", 100)
    award = operate.map("AWARD", "r", "coin", 1)["seq"]
    wrong = []
    may = {"game": [GAME, READS], "audit": [READS, AUDIT], "operate": [GAME, READS, AUDIT, OPERATE]}
    for role, commands in itertools.product(("game", "audit", "operate"), GAME + READS + AUDIT + OPERATE):
        code = answer(clients[role], commands, award)
        allowed = any(commands in group for group in may[role])
        if (code == "NOPERM") == allowed:
            wrong.append((role, commands, code))
    assert not wrong, "\n".join(map(str, wrong))


def test_a_refused_role_writes_nothing(clients):
    before = clients["audit"].call("XLEN", "log")
    assert clients["audit"].refusal("AWARD", "r", "coin", 1).code == "NOPERM"
    assert clients["game"].refusal("FREEZE", "r").code == "NOPERM"
    with pytest.raises(resp.Refused) as refused:
        clients["game"].transaction([("AWARD", "r", "coin", 1), ("FREEZE", "r")], check=False)
    assert refused.value.code in ("NOPERM", "EXECABORT")
    assert clients["audit"].call("XLEN", "log") == before


def test_an_event_says_who_came_in_where(clients):
    seq = clients["game"].map("AWARD", "r", "coin", 1)["seq"]
    peer = str(clients["audit"].map("EVENT", seq)["peer"])
    assert str(os.getuid()) in peer and "game" in peer


def test_staff_only_actions(clients):
    assert clients["game"].refusal("RECORD", "r", "pardon").code == "NOPERM"
    assert clients["game"].refusal("RECORD", "r", "pardon", "BY", "clerk").code == "NOPERM"
    clients["operate"].call("RECORD", "r", "pardon")
    clients["operate"].call("FACT", "clerk", "staff", 1)
    clients["game"].call("RECORD", "r", "pardon", "BY", "clerk")


def test_raw_posting_is_the_rulebooks_to_allow(clients):
    assert clients["game"].refusal("AWARD", "r", "honor", 1).code == "NOPERM"
    clients["operate"].call("AWARD", "r", "honor", 1)


def test_sockets_are_not_for_everybody(doors):
    for path in (doors.socket, doors.audit_socket, doors.operate_socket):
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, path
    assert stat.S_IMODE(doors.data.stat().st_mode) == 0o700


def test_one_door_for_everybody(daemon):
    with daemon.client() as client:
        award = client.map("AWARD", "r", "coin", 5)["seq"]
        client.call("XLEN", "log")
        client.call("REVERSE", award)
