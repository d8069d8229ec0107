"""kill -9 while a job pays: started again it goes on where it stopped, and everybody is paid once."""

import random
import threading
import time
from pathlib import Path

import resp

RULES = Path(__file__).resolve().parent / "boards.json5"
ACCOUNTS = 20_000


def test_a_job_that_was_killed_is_finished_once(make_daemon, seed, scale):
    random.seed(seed)
    daemon = make_daemon(rules=RULES)
    with daemon.client() as client:
        for start in range(0, ACCOUNTS, 1_000):
            client.many([("AWARD", f"p{i}", "points", 1 + i % 7) for i in range(start, start + 1_000)])
    kills = 0
    for round in range(int(3 * scale) or 1):
        period = f"2026-01-{round % 28 + 1:02}"
        answers = []

        def run():
            try:
                with daemon.client() as other:
                    answers.append(other.map("RUN", "bonus", "FOR", period))
            except (resp.Closed, OSError):
                pass

        for _ in range(4):
            thread = threading.Thread(target=run)
            thread.start()
            time.sleep(random.random() * 0.4)
            daemon.kill()
            thread.join()
            kills += not answers
            daemon.start()
        with daemon.client() as client:
            reply = client.map("RUN", "bonus", "FOR", period)
            assert (reply["accounts"], reply["paid"], reply["failed"]) == (ACCOUNTS, ACCOUNTS, 0)
            for index in random.sample(range(ACCOUNTS), 300):
                profile = client.map("BALANCE", f"p{index}", "pay")
                assert profile["earned"] == (1 + index % 7) * (round + 1), index
            stats = client.map("STATS")
            total = sum(1 + i % 7 for i in range(ACCOUNTS)) * (round + 1)
            assert stats["awarded"]["pay"] == total
    print(f"{kills} kills came before the answer")
    with daemon.client() as client:
        assert client.map("PROJECTION", "REBUILD", "accounts")["equal"] is True


def test_boards_are_filled_though_killed(make_daemon, seed, tmp_path):
    random.seed(seed)
    text = RULES.read_text()
    without = tmp_path / "without.json5"
    without.write_text(text[: text.index("  boards:")] + text[text.index("  jobs:") :])
    daemon = make_daemon(rules=without)
    with daemon.client() as client:
        for start in range(0, ACCOUNTS, 1_000):
            client.many([("AWARD", f"p{i}", "points", 1 + i % 777) for i in range(start, start + 1_000)])
        client.call("RULES", "PUT", text)
    for _ in range(3):
        time.sleep(random.random() * 0.2)
        daemon.kill()
        daemon.start()
    with daemon.client() as client:
        rows = client.call("TOP", "dense", "COUNT", 1_000)
        assert (rows[0]["rank"], rows[0]["value"]) == (1, 777) and len(rows) == 1_000
        assert client.map("RANK", "dense", f"p{ACCOUNTS - 1}")["rank"] >= 1
        assert client.map("PROJECTION", "REBUILD", "boards")["equal"] is True
