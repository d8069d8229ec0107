"""kill -9 while clients claim: each claim is paid once and given once, or not at all."""

import random

import crashing

RULES = """{
  edition: 1,
  currencies: { coin: { raw: ["game", "operate"] }, point: {} },
  items: { badge: {} },
  offers: {
    // As often as one likes.
    swap: { repeat: true, cost: { balance: "coin", amount: 10 }, gives: [{ balance: "point", amount: 3 }] },
    // Each number once.
    badge: {
      parameters: { number: { type: "int", min: 0 } },
      cost: { balance: "coin", amount: 5 },
      gives: [{ item: "badge" }],
    },
  },
}"""


class Claimer(crashing.Writer):
    """Earns and claims; some claims can't be paid."""

    def commands(self, number):
        account = f"{self.prefix}{number % 5}"
        return [
            ("AWARD", account, "coin", 12),
            ("CLAIM", account, "swap"),
            ("CLAIM", account, "badge", f"number={number // 6}"),
        ][number % 3]


def settle(client, books):
    """Asks again for everything with its KEY: what was answered is answered the same."""
    for book in books:
        entries = list(book.entries().items())
        for start in range(0, len(entries), 500):
            page = entries[start : start + 500]
            replies = client.many([(*command, "KEY", key) for key, (command, _) in page])
            for (key, (command, first)), reply in zip(page, replies):
                if first is None or "refused" in first:
                    book.answered(key, reply)
                else:
                    assert reply == first | {"duplicate": True}, f"{key}: {first}, later {reply}"


def expected(books):
    """What each account must have by the books: (coins, points, numbers of badges)."""
    accounts = {}
    for book in books:
        for command, answer in book.entries().values():
            if answer is None or "refused" in answer:
                continue
            coins, points, badges = accounts.get(command[1], (0, 0, []))
            if command[0] == "AWARD":
                coins += 12
            elif command[2] == "swap":
                coins, points = coins - 10, points + 3
            else:
                coins, badges = coins - 5, [*badges, command[3]]
            accounts[command[1]] = (coins, points, badges)
    return accounts


def test_claims_survive_kills(make_daemon, seed, scale, tmp_path):
    chance = random.Random(seed)
    rules = tmp_path / "rules.json5"
    rules.write_text(RULES)
    daemon = make_daemon(rules=rules)
    books = [crashing.Book(tmp_path / f"client-{n}") for n in range(3)]
    for _ in range(max(3, int(8 * scale))):
        writers = [Claimer(daemon, book, f"c{n}-", 32) for n, book in enumerate(books)]
        crashing.kill_under_load(daemon, writers, chance)
    with daemon.client() as client:
        settle(client, books)
        accounts = expected(books)
        assert sum(len(badges) for _, _, badges in accounts.values()) > 20
        for account, (coins, points, badges) in accounts.items():
            profile = client.map("PROFILE", account)
            assert profile["balances"]["coin"]["available"] == coins
            assert profile["balances"].get("point", {"available": 0})["available"] == points
            assert len(set(badges)) == len(badges)
            assert {f"badge {badge}" for badge in badges} == set(profile["claims"])
