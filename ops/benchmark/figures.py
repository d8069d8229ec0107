"""Numbers out of samples, and how they are written."""

import math


def percentile(values, share):
    """The least value that at least `share` (0 to 1) of all values don't exceed (nearest rank)."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    # 0.07 * 100 is a little more than 7: without the rounding, its rank would be 8.
    rank = math.ceil(round(share * len(ordered), 9))
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def median(values):
    """The middle value; of an even number of values, the mean of the two in the middle."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def spread(values):
    """How far the values lie apart, as a share of their median: (greatest − least) / median."""
    middle = median(values)
    return (max(values) - min(values)) / abs(middle) if middle else 0.0


def ratio(value, base):
    """How many times `base` `value` is; None where one is missing or the base is 0."""
    if value is None or not base:
        return None
    return value / base


def whole(value):
    """1234567.8 → 1,234,568"""
    return f"{round(value):,}"


def rate(value):
    """Events a second in three significant digits: 1.23 M, 456 k, 2,750."""
    if value is None:
        return "–"
    for limit, unit in ((999.5e6, "G"), (999.5e3, "M"), (9_999.5, "k")):
        if value >= limit:
            return f"{three(value / {'G': 1e9, 'M': 1e6, 'k': 1e3}[unit])} {unit}"
    return whole(value)


def three(value):
    """Three significant digits, without an exponent: 0.123, 1.23, 12.3, 1,235."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    # Rounding may bring another digit: 9.999 is 10.0.
    digits = 2 - math.floor(math.log10(abs(round(value, digits))))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def duration(microseconds):
    if microseconds is None:
        return "–"
    if microseconds < 999.5:
        return f"{three(microseconds)} µs"
    if microseconds < 999.5e3:
        return f"{three(microseconds / 1e3)} ms"
    return f"{three(microseconds / 1e6)} s"


def size(count):
    if count is None:
        return "–"
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= limit * 0.9995:
            return f"{three(count / limit)} {unit}"
    return f"{three(count)} B"


def times(value):
    return "–" if value is None else f"{three(value)} ×"


def share(value):
    return "–" if value is None else f"{round(100 * value)} %"
