"""What ops/bench computes is what it says; nothing is installed or timed here.

Its servers are replaced by one that answers with figures made up beforehand.
"""

import random
import re
import struct
import subprocess
import sys
from xml.etree import ElementTree

import pytest

import daemon as daemons

sys.path.insert(0, str(daemons.ROOT / "ops"))

from benchmark import __main__ as command  # noqa: E402
from benchmark import bench as benches  # noqa: E402
from benchmark import chart, compare, draws, figures, goals, limits, processes, readme, redis, table, work  # noqa: E402
from benchmark.results import Results  # noqa: E402
from benchmark.stele import PAGE, Stele  # noqa: E402

# Awards a second that the fakes claim, one after another, and how often each is asked.
CLAIMS = {"stele": [300, 100, 200], "redis-always": [50, 70, 60], "postgres": [25, 25, 25], "sqlite": [10, 30, 20]}


class Fake:
    """Claims its figures in turn, and writes down when it was asked."""

    def __init__(self, key, directory, asked):
        self.key, self.directory, self.asked = key, directory, asked
        self.claims = iter(CLAIMS.get(key, [40, 40, 40]))
        self.cpu, self.disk = 10.0, 1_000

    def start(self):
        pass

    stop = pause = resume = start

    def prepare(self, accounts):
        self.asked.append((self.key, "prepare", accounts))

    def load(self, work):
        self.asked.append((self.key, work.verb, work.connections))
        # A hundred events: 50 µs of processor time and 48 bytes each.
        self.cpu += 0.005
        self.disk += 4_800
        return benches_sample(next(self.claims))

    def cpu_seconds(self):
        return self.cpu

    def rss_bytes(self):
        return 1 << 20

    def disk_bytes(self):
        return self.disk


def benches_sample(rate):
    return work.Sample(per_second=rate, events=100, p50=1e6 / rate, p99=2e6 / rate)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def measured(monkeypatch, tmp_path, asked):
    """A run of the section `one` with fakes."""
    for key in list(benches.MAKERS):
        monkeypatch.setitem(benches.MAKERS, key, lambda directory, key=key: Fake(key, directory, asked))
    monkeypatch.setattr(work.os, "sync", lambda: None)
    monkeypatch.setattr(work.Watch, "others", lambda self: 0.0)
    results = Results()
    bench = benches.Bench(benches.SCALES["normal"], results, tmp_path)
    compare.one(bench)
    bench.end()
    assert not list(tmp_path.iterdir()), "a run leaves nothing behind"
    return results


def test_percentiles_are_nearest_ranks():
    hundred = list(range(1, 101))
    random.Random(1).shuffle(hundred)
    for share, wanted in [(0, 1), (0.5, 50), (0.99, 99), (0.999, 100), (1, 100), (0.07, 7)]:
        assert figures.percentile(hundred, share) == wanted
    assert figures.percentile([5], 0.5) == 5
    with pytest.raises(ValueError):
        figures.percentile([], 0.5)


def test_medians_spreads_and_ratios():
    assert figures.median([9, 1, 5]) == 5
    assert figures.median([1, 9, 3, 5]) == 4
    assert figures.spread([90, 100, 120]) == pytest.approx(0.3)
    assert figures.spread([0, 0]) == 0
    assert figures.ratio(6, 4) == 1.5
    assert figures.ratio(None, 4) is None and figures.ratio(6, 0) is None and figures.ratio(6, None) is None


def test_what_was_measured_in_one_round_is_compared():
    """A machine that is twice as fast in one round doesn't change what lies between two."""
    results = Results()
    for stele, other in [(100, 50), (400, 190), (90, 60)]:
        results.add("a", {"per_second": stele})
        results.add("b", {"per_second": other})
    assert results.ratio("a", "b") == 2
    assert results.ratio("a", "c") is None and results.ratio("c", "a") is None
    # Without as many rounds there is nothing to go by but the medians.
    results.add("b", {"per_second": 70})
    assert results.ratio("a", "b") == pytest.approx(100 / 65)


@pytest.mark.parametrize("value, written", [
    (0, "0"), (2_750, "2,750"), (9_999, "9,999"), (10_000, "10.0 k"), (456_400, "456 k"), (999_499, "999 k"),
    (999_500, "1.00 M"), (1_234_567, "1.23 M"), (1.5e9, "1.50 G"), (None, "–"),
])
def test_rates_have_three_digits(value, written):
    assert figures.rate(value) == written


@pytest.mark.parametrize("microseconds, written", [
    (0.5, "0.500 µs"), (9.999, "10.0 µs"), (332, "332 µs"), (999.7, "1.00 ms"), (14_000, "14.0 ms"), (2.5e6, "2.50 s"),
])
def test_durations_choose_their_unit(microseconds, written):
    assert figures.duration(microseconds) == written


def test_zipf_draws_are_as_frequent_as_they_should(seed):
    accounts, count = 1_000, 200_000
    draw = random.Random(seed)
    seen = [0] * accounts
    for _ in range(count):
        seen[draws.zipf_rank(draw.random(), accounts)] += 1
    assert sum(draws.zipf_share(rank, accounts) for rank in range(accounts)) == pytest.approx(1)
    for rank in [0, 1, 2, 10, 100]:
        wanted = draws.zipf_share(rank, accounts) * count
        assert abs(seen[rank] - wanted) < 6 * wanted ** 0.5 + 1, rank
    # The density is x^-0.99, so a rank ten times as far is about a tenth as frequent.
    assert draws.zipf_share(99, accounts) / draws.zipf_share(999, accounts) == pytest.approx(10 ** 0.99, rel=0.02)


def test_zipf_draws_stay_within_the_accounts():
    for accounts in [1, 2, 1_000, 10_000_000]:
        assert draws.zipf_rank(0.0, accounts) == 0
        assert draws.zipf_rank(1 - 2 ** -53, accounts) == accounts - 1


def test_every_language_draws_the_same():
    """Lua, SQL and pgbench get the formula as text: computed here, it comes to what Python comes to."""
    names = {"math": __import__("math"), "floor": __import__("math").floor, "power": pow, "pow": pow, "least": min,
             "greatest": max, "int": round}
    accounts = 1_000
    for uniform in [0.0, 0.1, 0.5, 0.9, 0.999_999]:
        wanted = draws.zipf_rank(uniform, accounts)
        lua = draws.lua("zipf", accounts, "u").replace("math.min", "min").replace("^", "**")
        assert eval(lua, {**names, "u": uniform}) == wanted
        sql = draws.sql("zipf", accounts).replace("random()", "u").replace("::int", "")
        assert eval(sql, {**names, "u": uniform}) == wanted
        pgbench = draws.pgbench("zipf", accounts).replace("random(0, 999999999) / 1000000000.0", "u")
        assert eval(pgbench, {**names, "u": uniform}) == wanted


def test_contestants_take_turns(measured, asked):
    loads = [key for key, verb, _ in asked if verb == "award"]
    everyone = [key for key in benches.MAKERS if key != "stele-board"]
    assert loads == everyone * 3
    assert [key for key, verb, count in asked if verb == "prepare" and count == 1_000_000] == everyone


def test_a_measurement_says_what_it_cost(measured):
    assert measured.value("one/stele") == 200
    assert measured.spread("one/stele") == 1
    assert measured.value("one/stele", "p50") == pytest.approx(1e6 / 200)
    assert measured.value("one/stele", "cpu") == pytest.approx(50)
    assert measured.value("one/stele", "bytes") == 48


def test_others_have_a_share_of_the_machine():
    watch = work.Watch()
    sum(range(1_000_000))
    assert 0 <= watch.others() <= 1


@pytest.mark.parametrize("shares, kept, tries", [
    ([0.05], 0, 1), ([0.3, 0.0], 1, 2), ([0.3, 0.1, 0.2], 1, 3), ([0.2, 0.3, 0.4], 0, 3),
])
def test_a_disturbed_measurement_is_tried_again(shares, kept, tries):
    """The one that was disturbed least is kept, not the one that came to most."""
    samples = [{"per_second": 100 + number, "others": share} for number, share in enumerate(shares)]
    left = iter(samples)
    assert work.undisturbed(lambda: next(left)) is samples[kept]
    assert len(list(left)) == len(samples) - tries


def test_the_table_sets_each_beside_stele(measured):
    head, rows = table.comparison(measured)
    lead = {row[1]: row[head.index("Stele is")] for row in rows}
    assert lead["Stele"] == "" and lead["Redis `always`"] == "3.33 ×" and lead["PostgreSQL 15"] == "8.00 ×"
    assert lead["SQLite"] == "10.0 ×"
    assert [row[head.index("±")] for row in rows][0] == "50 %"
    plain = table.plain(head, rows).splitlines()
    assert len(plain) == len(rows) + 2 and "`" not in plain[3]
    markdown = table.markdown(head, rows).splitlines()
    assert {line.count("|") for line in markdown} == {len(head) + 1}


def test_goals_are_judged_by_what_was_measured(measured):
    found = {goal.title: goal for goal in goals.goals(measured)}
    one = found["one client, p50, beside PostgreSQL's"]
    assert one.value == pytest.approx(25 / 200) and one.is_reached is True
    assert found["durable awards a second, pipelined"].is_reached is None
    assert found["durable awards a second, pipelined"].row()[3] == "not measured"
    for value, reached in [(1_500_000, True), (1_499_999, False)]:
        results = Results()
        results.add("pipelined/stele", {"per_second": value})
        assert goals.goals(results)[0].is_reached is reached
    results = Results()
    for size, rate in [(1_000, 1_000), (1_000_000, 950), (10_000_000, 880)]:
        results.add(f"accounts/zipf/{size}/stele", {"per_second": rate})
    (loss,) = [goal for goal in goals.goals(results) if goal.value is not None]
    assert loss.value == pytest.approx(0.12) and loss.is_reached is False


def test_the_machine_is_set_beside_the_one_of_the_goals():
    results = Results()
    results.add("pipelined/redis-always", {"per_second": 90_500})
    results.add("limits/flush-growing-4k", {"p50": 292.0})
    _, rows = table.reference(results)
    assert [row[1:] for row in rows] == [["181 k", "90.5 k", "50 %"], ["146 µs", "292 µs", "50 %"]]


def test_a_disturbed_machine_is_told_of():
    results = Results()
    results.add("one/stele", {"per_second": 1, "others": 0.01})
    assert table.warnings(results) == []
    results.add("one/stele", {"per_second": 1, "others": 0.4})
    (warning,) = table.warnings(results)
    assert "1 of 2" in warning and "40 %" in warning and warning in readme.markdown(results)


def test_figures_of_several_runs_say_so(tmp_path):
    results = everything()
    results.runs = 3
    results.write(tmp_path / "all.json")
    (warning,) = table.warnings(Results.read(tmp_path / "all.json"))
    assert "3 runs" in warning


def everything():
    """Results with something in each place."""
    results = Results(machine={"processor": "a <fast> & good one", "cores": "2 cores"})
    for section in table.SECTIONS:
        for number, key in enumerate(table.NAMES, 1):
            results.add(f"{section}/{key}", benches_sample(1_000_000 / number).as_dict() | {"bytes": 40.0})
    for distribution in ("uniform", "zipf"):
        for size in (1_000, 10_000_000):
            for key in ("stele", "postgres"):
                results.add(f"accounts/{distribution}/{size}/{key}", benches_sample(size ** 0.5 + 1))
    for _, name, _ in table.ALONE:
        results.add(name, benches_sample(1_000))
    results.add("events/1000000/stele", benches_sample(5).as_dict() | {"file": 40_000_000})
    results.add("log/start", {"seconds": 0.5, "accounts": 1_000, "events": 10_000})
    results.add("limits/write", {"bytes_per_second": 1e9})
    return results


def test_the_chart_is_well_formed_and_has_every_contestant():
    for results in [everything(), Results()]:
        root = ElementTree.fromstring(chart.chart(results))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        width, height = float(root.get("width")), float(root.get("height"))
        for rect in root.iter("{http://www.w3.org/2000/svg}rect"):
            left, top = float(rect.get("x", 0)), float(rect.get("y", 0))
            assert left >= 0 and left + float(rect.get("width")) <= width
            assert top >= 0 and top + float(rect.get("height")) <= height
    words = "".join(ElementTree.fromstring(chart.chart(everything())).itertext())
    assert "a <fast> & good one" in words
    for name in chart.NAMES.values():
        assert name in words


def test_bars_are_as_long_as_their_figures():
    results = Results()
    results.add("one/stele", benches_sample(4_000))
    results.add("one/sqlite", benches_sample(1_000))
    bars = [rect for rect in ElementTree.fromstring(chart.chart(results)).iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert float(bars[0].get("width")) == pytest.approx(4 * float(bars[1].get("width")), rel=0.01)


def test_the_readme_has_room_for_the_figures():
    page = (daemons.ROOT / "README.md").read_text()
    renewed = readme.replace_between(page, readme.markdown(everything(), "ops/bench.svg"))
    assert readme.replace_between(renewed, "x") == readme.replace_between(page, "x")
    assert "](ops/bench.svg)" in renewed
    head, tail = page.split(readme.BEGIN)[0], page.split(readme.END)[1]
    assert renewed.startswith(head) and renewed.endswith(tail)
    with pytest.raises(ValueError):
        readme.replace_between("no marks", "x")


def test_results_survive_their_file(tmp_path):
    results = everything()
    results.write(tmp_path / "all.json")
    again = Results.read(tmp_path / "all.json")
    assert again.samples == results.samples and again.machine == results.machine
    # What is measured anew replaces what was there; the rest stays.
    again.add("one/stele", {"per_second": 5})
    again.add("one/stele", {"per_second": 7})
    assert again.values("one/stele") == [5, 7] and again.values("one/sqlite") == results.values("one/sqlite")


def test_redis_scripts_take_one_number_or_many():
    one = redis.script(work.Work())
    assert "ARGV[1]" in one and "return redis.call('HINCRBY'" in one
    many = redis.script(work.Work(manner="batched", depth=1000, verb="spend"))
    assert "for index = 1, #ARGV do" in many and "return" not in many


def test_the_log_is_as_long_as_its_pages_in_use(tmp_path):
    stele = Stele(tmp_path)
    (stele.data / "log").mkdir(parents=True)
    file = bytearray(8 * PAGE)
    struct.pack_into("<QQ", file, 136, 6, 41)
    struct.pack_into("<QQ", file, PAGE + 136, 5, 40)
    (stele.data / "log" / "data.mdb").write_bytes(file)
    assert stele.disk_bytes() == 7 * PAGE


def test_what_processes_cost_counts_their_children():
    script = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"
    before = processes.cpu_seconds(processes.os.getpid())
    processes.run(["sh", "-c", f"({script}); exit 0"])
    assert processes.cpu_seconds(processes.os.getpid()) > before
    assert processes.rss_bytes(processes.os.getpid()) > 1 << 20
    with pytest.raises(processes.Failed, match="said so"):
        processes.run(["sh", "-c", "echo said so >&2; exit 3"])


def test_limits_count_what_they_repeat():
    ticks = []
    found = limits.repeat(0.01, lambda: ticks.append(1))
    assert found["per_second"] > 0 and found["p50"] <= found["p99"] and ticks


def test_the_command_line_says_what_is_wrong():
    assert command.parse(["--only", "one,load"]).sections == ["one", "load"]
    assert command.parse([]).sections == list(command.SECTIONS)
    shown = subprocess.run([daemons.ROOT / "ops" / "bench", "--help"], capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0
    for name in command.SECTIONS:
        assert re.search(rf"\b{name}\b", shown.stdout), name
    with pytest.raises(SystemExit):
        command.parse(["--only", "nothing"])
