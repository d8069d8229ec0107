"""ops/rulebook.schema.json, for editors: it takes what the daemon takes, and knows the very same keys."""

import json
import re

import json5
import jsonschema
import pytest

import daemon as daemons
import test_rulebook_page as page

SCHEMA = json.loads((daemons.ROOT / "ops" / "rulebook.schema.json").read_text())
RULEBOOKS = sorted((daemons.ROOT / "fixtures" / "rulebooks").glob("*.json5"))


def check(document):
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]


@pytest.mark.parametrize("path", RULEBOOKS, ids=[path.stem for path in RULEBOOKS])
def test_it_takes_every_rulebook(path):
    assert check(json5.loads(path.read_text())) == []


@pytest.mark.parametrize("title,rulebook,rows", page.EXAMPLES, ids=[title for title, _, _ in page.EXAMPLES])
def test_it_takes_every_example(title, rulebook, rows):
    assert check(json5.loads(rulebook)) == []


# Where each kind of object of the schema can stand in a rulebook; {x} is the unknown key.
PLACES = {
    "currency": "currencies: { a: { {x} } }",
    "ladder": "ladders: { a: { of: \"earned('xp')\", tail: 5, {x} } }",
    "action": "actions: { a: { {x} } }",
    "offer": "offers: { a: { {x} } }",
    "season": "seasons: { a: { from: '2026-01-01', until: '2026-02-01', {x} } }",
    "streak": "actions: { b: {} }, streaks: { a: { counts: ['b'], {x} } }",
    "goal": "actions: { b: {} }, goals: { a: { counts: [{ action: 'b' }], target: 1, {x} } }",
    "modifier": "modifiers: { a: { percents: [1], {x} } }",
    "board": "boards: { a: { by: \"earned('xp')\", {x} } }",
    "job": "jobs: { a: { {x} } }",
    "migration": "migrations: { a: { {x} } }",
    "notice": "notices: { a: { {x} } }",
    "opening": "openings: [{ {x} }]",
    "requirement_template": "requirements: { a: { test: true, unmet: 'no', {x} } }",
    "cost": "offers: { a: { cost: { balance: 'xp', amount: 1, {x} } } }",
    "rewards": "ladders: { a: { of: \"earned('xp')\", tail: 5, rewards: { claim: 'r', tracks: {}, {x} } } }",
    "": "{x}",
}


@pytest.fixture(scope="module")
def client():
    daemon = daemons.Daemon().start()
    with daemon.client() as client:
        yield client
    daemon.remove()


def mistakes(client, rulebook):
    """What RULES CHECK says of it; nothing where it is sound."""
    return "\n".join(mistake["message"] for mistake in client.map("RULES", "CHECK", rulebook)["mistakes"])


@pytest.mark.parametrize("kind", PLACES)
def test_it_knows_the_same_keys_as_the_daemon(client, kind):
    """The daemon names the keys that it knows when it meets one that it doesn't."""
    place = PLACES[kind].replace("{x}", "qqqqqqqqqqqq: 1")
    currencies = "" if kind == "currency" else "currencies: { xp: {} },"
    said = mistakes(client, "{ edition: 1, %s %s }" % (currencies, place))
    known = re.search(r"'qqqqqqqqqqqq'; known are ([a-z_, ]+)", said)
    assert known, said
    properties = SCHEMA["$defs"][kind]["properties"] if kind else SCHEMA["properties"]
    assert set(known[1].split(", ")) == set(properties), said


@pytest.mark.parametrize("wrong", [
    {}, {"edition": 2}, {"edition": 1, "currency": {}}, {"edition": 1, "currencies": {"x y": {}}},
    {"edition": 1, "currencies": {"xp": {"caps": 5}}}, {"edition": 1, "ladders": {"level": {}}},
    {"edition": 1, "actions": {"a": {"gives": [{"balance": "xp"}, {"nothing": 1}]}}},
])
def test_it_refuses_what_the_daemon_refuses(client, wrong):
    assert check(wrong)
    assert mistakes(client, json.dumps(wrong))
