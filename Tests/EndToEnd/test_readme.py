"""What the README shows works as it stands there."""

import re
import subprocess
import sys

import daemon as daemons

README = (daemons.ROOT / "README.md").read_text()


def blocks(heading):
    """The indented blocks of a section, in order."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"(?:^    .*\n|^\n)+", section, re.M)
    return [re.sub(r"^    ", "", block, flags=re.M).strip() for block in found if block.strip()]


def test_the_session_works_by_copy_and_paste(make_daemon):
    scratch = str(make_daemon(start=False).scratch)
    shell = [block for block in blocks("A session") if not block.startswith("import ")]
    python = [block for block in blocks("A session") if block.startswith("import ")]
    assert len(shell) >= 5 and len(python) == 1
    start, use, *rest = shell
    wait = "until [ -S /tmp/stele/socket ]; do sleep 0.05; done"
    snippet = f"{sys.executable} - <<'END'\n{python[0]}\nEND"
    script = "\n".join(
        ["set -em", "trap 'kill %1 2>/dev/null || true' EXIT", "shopt -s expand_aliases", start, wait, use, *rest[:-1], snippet, rest[-1], "wait"]
    ).replace("/tmp/stele", scratch)
    done = subprocess.run(
        ["bash", "-c", script], cwd=daemons.ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for expected in ["already there", "dry run", "core", "+100", "all is right", "decided again", "would stand higher", "award ["]:
        assert expected in done.stdout, (expected, done.stdout)


def test_the_battle_pass_works_by_copy_and_paste(make_daemon):
    scratch = str(make_daemon(start=False).scratch)
    (session,) = blocks("Rules are data")
    session = session.replace("&\n", "&\nuntil [ -S /tmp/pass/socket ]; do sleep 0.05; done\n", 1)
    script = "\n".join(
        ["set -em", "trap 'kill %1 2>/dev/null || true' EXIT", "shopt -s expand_aliases", session, "wait"]
    ).replace("/tmp/pass", scratch)
    done = subprocess.run(
        ["bash", "-c", script], cwd=daemons.ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for expected in ["granted skin-1", "tier 3", "650 coins", "xp_to_next", "rank", "reward_claimed", "no mistakes", "pass_xp"]:
        assert expected in done.stdout, (expected, done.stdout)
    assert "650 are needed" in done.stderr


def test_every_rulebook_is_in_the_table():
    shown = set(re.findall(r"`([\w-]+)`", README.split("## Rules are data")[1].split("\n\n[ops")[0]))
    assert {path.stem for path in (daemons.ROOT / "fixtures" / "rulebooks").glob("*.json5")} <= shown


def test_the_module_map_is_the_manifests():
    manifest = (daemons.ROOT / "Package.swift").read_text()
    rows = re.findall(r"^\| `(\w+)` \| .* \| ([\w, –]+) \|$", README, re.M)
    assert len(rows) >= 7
    for name, shown in rows:
        needs = re.search(rf'module\(\s*"{name}"(?:,\s*needs: \[([^\]]*)\])?\s*\)', manifest)
        wanted = set(re.findall(r'"(\w+)"', needs.group(1) or ""))
        assert {word for word in re.split(r"[, –]+", shown) if word} == wanted, name
