"""Every example of ops/rulebook.md is a rulebook, and comes to what stands under it."""

import re

import pytest

import daemon as daemons
import tables

PAGE = daemons.ROOT / "ops" / "rulebook.md"


def examples():
    """(section, rulebook, rows) of each example; rows may be missing."""
    for section in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        title = section.splitlines()[0]
        for rulebook, rows in re.findall(r"```json5\n(.*?)```\n(?:```\n(.*?)```)?", section, re.DOTALL):
            yield title, rulebook, rows


EXAMPLES = list(examples())


def test_there_is_an_example_of_nearly_everything():
    assert len(EXAMPLES) >= 20
    assert all(rows for _, _, rows in EXAMPLES)


@pytest.mark.parametrize("title,rulebook,rows", EXAMPLES, ids=[title for title, _, _ in EXAMPLES])
def test_example(make_daemon, tmp_path, title, rulebook, rows):
    path = tmp_path / "rules.json5"
    path.write_text(rulebook)
    with make_daemon(rules=path).client() as client:
        tables.Case(client, rows, "e").run()
