"""Whose turn it is: the same distributions for every contestant, in the language that each of them speaks.

`stele bench` draws from a Zipf distribution with the exponent 0.99. The others invert the integral of its density: rank
k of n (from 0) comes up in proportion to the integral of x^-0.99 from k + 1 to k + 2, one power a draw. That is a
little less of the hottest account than Stele gets, so it is never to a peer's disadvantage.
"""

EXPONENT = 0.99
# The inverted integral's own exponent: 1 − 0.99.
_POWER = 0.01


def zipf_rank(uniform, accounts):
    """The rank that a number from 0 up to, but not including, 1 stands for: 0 to accounts − 1."""
    reach = (accounts + 1) ** _POWER - 1
    return min(int((reach * uniform + 1) ** (1 / _POWER)) - 1, accounts - 1)


def zipf_share(rank, accounts):
    """How often `zipf_rank` comes to `rank`, as a share of all draws."""
    reach = (accounts + 1) ** _POWER - 1
    return ((rank + 2) ** _POWER - (rank + 1) ** _POWER) / reach


def lua(distribution, accounts, uniform):
    """An expression of Lua for an account, 0 to accounts − 1; `uniform` is one for 0 … 1."""
    if distribution == "uniform":
        return f"math.floor(({uniform}) * {accounts})"
    reach = (accounts + 1) ** _POWER - 1
    return f"math.min(math.floor(({reach!r} * ({uniform}) + 1) ^ {1 / _POWER!r}), {accounts}) - 1"


def sql(distribution, accounts):
    """The same for PostgreSQL, drawing for itself."""
    if distribution == "uniform":
        return f"floor(random() * {accounts})::int"
    reach = (accounts + 1) ** _POWER - 1
    return f"least(floor(power({reach!r} * random() + 1, {1 / _POWER!r})), {accounts})::int - 1"


def pgbench(distribution, accounts):
    """The same as an expression of pgbench."""
    if distribution == "uniform":
        return f"random(0, {accounts - 1})"
    reach = (accounts + 1) ** _POWER - 1
    draw = "random(0, 999999999) / 1000000000.0"
    # Its int() rounds to the nearest.
    return f"greatest(least(int(pow({reach!r} * ({draw}) + 1, {1 / _POWER!r}) - 0.5), {accounts}), 1) - 1"
