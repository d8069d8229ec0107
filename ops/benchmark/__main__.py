"""ops/bench, once everything that it needs is there."""

import argparse
import signal
import sys
from pathlib import Path

from . import compare, growth, history, limits, machine, reads, readme, table
from .bench import SCALES, Bench
from .chart import chart
from .processes import Failed
from .resp import Closed
from .results import Results

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = {
    "limits": limits.limits, "one": compare.one, "clients": compare.clients, "pipelined": compare.pipelined,
    "batched": compare.batched, "spend": compare.spend, "zipf": compare.zipf, "accounts": growth.accounts,
    "reads": reads.reads, "record": reads.record, "load": reads.load, "memory": history.memory, "log": history.log,
    "events": growth.events,
}
HELP = """sections, in the order in which they run:
  limits     what the machine can do: flushes, writing, a socket's round trip, copying, SHA-256
  one        awards, one client, one at a time        clients    50 clients, one command each at a time
  pipelined  many commands under way                  batched    1,000 in a call, statement or transaction
  spend      funds checked; one at a time, pipelined  zipf       few accounts get most of the awards
  accounts   growth: 1 k to 10 M accounts             events     growth: 1 M events and more
  reads      BALANCE and PROFILE                      record     RECORD through formulas beside AWARD
  load       writing beside readers, rebuilds and checkpoints; how long a read takes then
  memory     bytes an account                         log        replay, rebuild, start with a long log

a run in pieces, each adding to what is in the file, and then the README's figures out of all:
  ops/bench --only limits,one --from all.json --json all.json
  ops/bench --from all.json --readme
"""


def parse(words):
    parser = argparse.ArgumentParser(
        prog="ops/bench", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=HELP,
        description="Compares Stele with Redis, PostgreSQL and SQLite on this machine: the same work for each, in turn, "
        "in several rounds.")
    scale = parser.add_mutually_exclusive_group()
    scale.add_argument("--quick", action="store_const", const="quick", dest="scale", help="a few minutes, to try it out")
    scale.add_argument("--full", action="store_const", const="full", dest="scale",
                       help="hours: up to 10 M accounts for all, 1 G events")
    parser.add_argument("--only", metavar="NAMES", help="these sections, joined by commas")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often everything is measured (default 3)")
    parser.add_argument("--json", metavar="FILE", help="write all samples there")
    parser.add_argument("--from", metavar="FILE", dest="earlier",
                        help="begin with the samples of an earlier run; without --only, measure nothing")
    parser.add_argument("--chart", metavar="FILE", help="draw the comparison there, as SVG")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there")
    parser.add_argument("--readme", action="store_true", help="renew README.md's figures and ops/bench.svg")
    parser.add_argument("--directory", metavar="DIR", help="where the ledgers and databases lie meanwhile (default /var/tmp)")
    chosen = parser.parse_args(words)
    chosen.sections = list(SECTIONS)
    if chosen.only is not None:
        chosen.sections = [name for name in chosen.only.split(",") if name]
    elif chosen.earlier and Path(chosen.earlier).exists():
        chosen.sections = []
    for name in chosen.sections:
        if name not in SECTIONS:
            parser.error(f"there is no section {name}; there are {', '.join(SECTIONS)}")
    if chosen.rounds is not None and chosen.rounds < 1:
        parser.error("--rounds is 1 at least")
    return chosen


def main(words):
    chosen = parse(words)
    results = Results.read(chosen.earlier) if chosen.earlier and Path(chosen.earlier).exists() else Results()
    complete = measure(chosen, results) if chosen.sections else True
    show(chosen, results)
    return 0 if complete else 1


def measure(chosen, results):
    """Whether all of it was measured. What was, is in `results` also if not."""
    scale = SCALES[chosen.scale or "normal"]
    if chosen.rounds:
        scale = scale.__class__(**{**vars(scale), "rounds": chosen.rounds})
    bench = Bench(scale, results, chosen.directory)
    results.machine = machine.facts(bench.directory)
    results.runs += 1
    # SIGTERM ends it as Ctrl-C does: with everything cleaned up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    complete = True
    try:
        for name in SECTIONS:
            if name in chosen.sections:
                complete &= measure_section(name, bench)
    except KeyboardInterrupt:
        complete = False
        print("\nstopped; what was measured until then follows", file=sys.stderr)
    finally:
        bench.end()
        if chosen.json:
            results.write(chosen.json)
    return complete


def measure_section(name, bench):
    """Whether that went well. If not the others are measured all the same."""
    try:
        SECTIONS[name](bench)
        return True
    except (Failed, Closed, OSError) as failure:
        print(f"\n{name} went wrong: {failure}", file=sys.stderr)
        bench.start_over()
        return False


def show(chosen, results):
    for head, rows in table.all_tables(results):
        print(table.plain(head, rows), end="\n\n")
    for warning in table.warnings(results):
        print(warning)
    if chosen.markdown:
        Path(chosen.markdown).write_text(readme.markdown(results) + "\n")
    if chosen.chart:
        Path(chosen.chart).write_text(chart(results))
    if chosen.readme:
        (ROOT / "ops" / "bench.svg").write_text(chart(results))
        page = ROOT / "README.md"
        page.write_text(readme.replace_between(page.read_text(), readme.markdown(results, "ops/bench.svg")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
