"""The figures in tables, for people and in Markdown."""

from . import figures
from .figures import duration, rate, ratio, share, size, times
from .goals import REFERENCE, goals
from .work import OTHERS_MOST

NAMES = {
    "stele": "Stele", "stele-keys": "Stele, a fresh KEY each", "redis-always": "Redis `always`",
    "redis-everysec": "Redis `everysec`", "postgres": "PostgreSQL 15", "sqlite": "SQLite",
}
SECTIONS = {
    "one": "award, one client, one at a time",
    "clients": "award, 50 clients, one at a time each",
    "pipelined": "award, pipelined",
    "batched": "award, 1,000 a call or transaction",
    "spend-one": "spend, one client, one at a time",
    "spend": "spend, pipelined (SQLite: batched)",
    "zipf": "award, pipelined (SQLite: batched), Zipf",
}


def comparison(results):
    head = ["work", "", "a second", "±", "Stele is", "p50", "p99", "CPU an event", "memory", "disk an event"]
    rows = []
    for section, title in SECTIONS.items():
        for key, name in NAMES.items():
            where = f"{section}/{key}"
            rate_here = results.value(where)
            if rate_here is None:
                continue
            lead = "" if key.startswith("stele") else times(results.ratio(f"{section}/stele", where))
            rows.append([
                title, name, rate(rate_here), share(results.spread(where) / 2), lead,
                duration(results.value(where, "p50")), duration(results.value(where, "p99")),
                duration(results.value(where, "cpu")), size(results.value(where, "rss")),
                size(results.value(where, "bytes")),
            ])
            title = ""
    return head, rows


def growth(results):
    head = ["accounts, pipelined", "", "a second", "±", "p99", "memory"]
    rows = []
    for distribution in ("uniform", "zipf"):
        names = [name.split("/")[2:] for name in results.names(f"accounts/{distribution}/")]
        for count, key in sorted(names, key=lambda name: (list(NAMES).index(name[1]), int(name[0]))):
            where = f"accounts/{distribution}/{count}/{key}"
            rows.append([
                f"{int(count):,}, {distribution}", NAMES[key], rate(results.value(where)),
                share(results.spread(where) / 2), duration(results.value(where, "p99")),
                size(results.value(where, "rss"))])
    for name in sorted(results.names("events/"), key=lambda name: int(name.split("/")[1])):
        rows.append([
            f"after {int(name.split('/')[1]):,} events", f"Stele, a log of {size(results.value(name, 'file'))}",
            rate(results.value(name)), share(results.spread(name) / 2), duration(results.value(name, "p99")),
            size(results.value(name, "rss"))])
    return head, rows


# What is measured of Stele alone: how it is called, where it stands, and beside what.
ALONE = [
    ("BALANCE, pipelined", "reads/balance", None), ("PROFILE, pipelined", "reads/profile", None),
    ("BALANCE, one at a time", "reads/one", None),
    ("AWARD", "record/award", None),
    ("RECORD, one posting by a formula", "record/record", "record/award"),
    ("RECORD, two postings by a formula", "record/record-two", "record/award"),
    ("AWARD, alone", "load/alone", None),
    ("AWARD beside one client that asks BALANCE", "load/balance", "load/alone"),
    ("AWARD beside one that asks PROFILE", "load/profile", "load/alone"),
    ("AWARD beside one that asks HISTORY", "load/history", "load/history-without"),
    ("AWARD beside one that asks BALANCE ASOF", "load/asof", "load/asof-without"),
    ("AWARD beside a rebuild", "load/rebuild", "load/rebuild-without"),
    ("AWARD under rules that have a board, which it doesn't move", "load/xp", "load/alone"),
    ("AWARD that moves a board", "load/points", "load/alone"),
    ("AWARD that moves a board, beside one that asks TOP 100", "load/top", "load/top-without"),
    ("AWARD between checkpoints", "checkpoint/between", None),
    ("AWARD during checkpoints", "checkpoint/during", "checkpoint/between"),
    ("replay, events", "log/replay", None), ("rebuild beside the service, events", "log/rebuild", None),
]


def alone(results):
    head = ["Stele alone", "a second", "±", "of its like", "p50", "p99", "the reader's p99"]
    rows = []
    for title, name, base in ALONE:
        value = results.value(name)
        if value is not None:
            rows.append([
                title, rate(value), share(results.spread(name) / 2),
                share(results.ratio(name, base)) if base else "", duration(results.value(name, "p50")),
                duration(results.value(name, "p99")), duration(results.value(name, "read_p99"))])
    return head, rows


def limits(results):
    """Each limit of the machine, and what Stele makes of it."""
    value = results.value
    head = ["the machine's limit", "", "Stele", "of the limit"]
    rows = []

    def add(title, limit, write, what, reached, is_time=False):
        if limit is None:
            return
        part = ratio(limit, reached) if is_time else ratio(reached, limit)
        rows.append([title, write(limit), f"{what}: {write(reached)}" if reached is not None else "", share(part)])

    flush = "limits/flush-{}-{}".format
    add("flush of 4 KiB, growing, p50", value(flush("growing", "4k"), "p50"), duration,
        "one award at a time, p50", value("one/stele", "p50"), is_time=True)
    add("flush of 4 KiB, overwritten, p50", value(flush("overwritten", "4k"), "p50"), duration,
        "the same", value("one/stele", "p50"), is_time=True)
    bytes_each = value("pipelined/stele", "bytes")
    log_rate = value("pipelined/stele") and value("pipelined/stele") * bytes_each
    for name, title in (("64k", "64 KiB"), ("1m", "1 MiB")):
        for kind in ("growing", "overwritten"):
            per_second = value(flush(kind, name), "per_second")
            piece = {"64k": 64 << 10, "1m": 1 << 20}[name]
            add(f"flushes of {title}, {kind}, one after another", per_second and per_second * piece, per_s,
                "log, pipelined", log_rate)
    add("sequential write", value("limits/write", "bytes_per_second"), per_s, "log, pipelined", log_rate)
    for name, title in (("round-trip", "across cores"), ("round-trip-core", "on one core")):
        add(f"round trip through a socket, {title}, p50", value(f"limits/{name}", "p50"), duration,
            "one BALANCE at a time, p50", value("reads/one", "p50"), is_time=True)
    replayed = value("log/replay") and value("batched/stele", "bytes") and (
        value("log/replay") * value("batched/stele", "bytes"))
    add("memory copy", value("limits/copy", "bytes_per_second"), per_s, "replay of the log", replayed)
    # Every byte of the log is hashed as a leaf and as part of a block.
    add("SHA-256, one core", value("limits/sha256", "bytes_per_second"), per_s, "log, hashed twice, pipelined",
        log_rate and 2 * log_rate)
    return head, rows


def per_s(value):
    return f"{figures.size(value)}/s" if value is not None else "–"


def reference(results):
    """How fast this machine is, beside the one by which the goals were set."""
    head = ["the goals were set where there were", "", "here", "as fast"]
    rows = []
    for title, name, field, there in REFERENCE:
        here = results.value(name, field)
        if here is not None:
            is_time = field == "p50"
            write = duration if is_time else rate
            rows.append([title, write(there), write(here), share(ratio(there, here) if is_time else ratio(here, there))])
    return head, rows


def goal_table(results):
    return ["goal", "", "measured", "reached"], [goal.row() for goal in goals(results)]


def starting(results):
    head = ["start to first answer", "seconds"]
    rows = []
    for name, title in (("log/start", "after SIGTERM"), ("log/start-killed", "after kill -9")):
        seconds = results.value(name, "seconds")
        if seconds is not None:
            accounts, events = (round(results.value(name, field)) for field in ("accounts", "events"))
            rows.append([f"{title}, {accounts:,} accounts, {events:,} events", f"{seconds:.3f}"])
    seconds = results.value("log/start-loaded", "seconds")
    if seconds is not None:
        accounts, events = (round(results.value("log/start-loaded", field)) for field in ("accounts", "events"))
        rows.append([f"after kill -9 amid full writing, {accounts:,} accounts, {events:,} events since the last checkpoint",
                     f"{seconds:.3f}"])
    return head, rows


def all_tables(results):
    tables = [comparison, growth, alone, starting, limits, reference, goal_table]
    return [made for made in (table(results) for table in tables) if made[1]]


def warnings(results):
    """Sentences on what makes the figures less than they seem."""
    found = [] if results.runs <= 1 else [
        f"The figures come from {results.runs} runs; what two of them measured compares less well."]
    shares = [value for name in results.samples for value in results.values(name, "others")]
    disturbed = [value for value in shares if value > OTHERS_MOST]
    if disturbed:
        found.append(
            f"In {len(disturbed)} of {len(shares)} measurements other programs took more than {share(OTHERS_MOST)} of the "
            f"processors' time, up to {share(max(disturbed))}, however often they were tried: measure again on an idle machine.")
    return found


def plain(head, rows):
    """Aligned with spaces, the first two columns to the left."""
    lines = [[cell.replace("`", "") for cell in line] for line in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    out = []
    for line in lines:
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))]
        out.append("  ".join(cells).rstrip())
    out.insert(1, "─" * max(map(len, out)))
    return "\n".join(out)


def markdown(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
