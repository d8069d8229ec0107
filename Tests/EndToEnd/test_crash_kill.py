"""kill -9 at random moments, under load and during start-up; the clients' books joined with the log."""

import random
import time

import crashing


def crash_rounds(daemon, chance, rounds, tmp_path, depth):
    books = [crashing.Book(tmp_path / f"client-{n}") for n in range(4)]
    witness = crashing.Witness(daemon)
    for round_ in range(rounds):
        writers = [crashing.Writer(daemon, book, f"w{n}", depth) for n, book in enumerate(books)]
        crashing.kill_under_load(daemon, writers, chance)
        tally = witness.join(books)
        print(f"round {round_}: {len(witness.leaves)} events, {tally}")
    witness.settle(books)
    witness.conserve(books)
    settled = witness.join(books)
    assert settled["unanswered"] == 0
    assert settled["acknowledged"] > (50 if depth > 1 else 10) * rounds


def test_kill_under_pipelined_load(daemon, seed, scale, tmp_path):
    crash_rounds(daemon, random.Random(seed), max(3, int(12 * scale)), tmp_path, depth=64)


def test_kill_with_one_command_at_a_time(daemon, seed, scale, tmp_path):
    crash_rounds(daemon, random.Random(seed), max(3, int(8 * scale)), tmp_path, depth=1)


def test_kill_while_state_is_lost(daemon, seed, scale, tmp_path):
    """Whatever is left of DIR/state after a crash, or nothing, or rubbish: the log is the truth."""
    chance = random.Random(seed)
    book = crashing.Book(tmp_path / "client")
    witness = crashing.Witness(daemon)
    for _ in range(max(3, int(6 * scale))):
        writer = crashing.Writer(daemon, book, "w", 64)
        writer.start()
        writer.started.wait(20)
        time.sleep(chance.uniform(0, 0.3))
        daemon.kill()
        writer.join(20)
        state = daemon.data / "state" / "data.mdb"
        if state.exists():
            ruin(state, chance)
        start_at_last(daemon)
        witness.join([book])
    witness.settle([book])
    witness.conserve([book])


def start_at_last(daemon, tries=3):
    """LMDB trusts its own pages, so a start may die of a ruined one; but it must not go on like that."""
    for left in reversed(range(tries)):
        try:
            daemon.start(within=10)
            return
        except AssertionError:
            daemon.kill()
            if left == 0:
                raise


def ruin(path, chance):
    """Removes the file, cuts it short, overwrites a page of it, or flips bits of it."""
    size = path.stat().st_size
    how = chance.randrange(4)
    if how == 0:
        path.unlink()
        return
    with open(path, "r+b") as file:
        if how == 1:
            file.truncate(chance.randrange(size + 1))
        elif how == 2:
            file.seek(chance.randrange(size))
            file.write(chance.randbytes(4096))
        else:
            for _ in range(200):
                place = chance.randrange(min(size, 1 << 20))
                file.seek(place)
                byte = file.read(1)
                file.seek(place)
                file.write(bytes([(byte or b"\0")[0] ^ 1 << chance.randrange(8)]))
