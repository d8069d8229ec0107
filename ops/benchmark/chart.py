"""The chart for the README: bars for each kind of work, and a curve over the number of accounts.

Written by hand as SVG, with a ground of its own, so that it reads the same on a light and on a dark page.
"""

import math
from xml.sax.saxutils import escape

from .figures import rate

GROUND, INK, FAINT, LINE = "#10161f", "#e6edf3", "#94a1b2", "#2b3543"
COLOURS = {
    "stele": "#f2b441", "redis-always": "#e5635b", "redis-everysec": "#a8616f", "postgres": "#5b9bd5",
    "sqlite": "#63b29d",
}
NAMES = {
    "stele": "Stele", "redis-always": "Redis always", "redis-everysec": "Redis everysec*", "postgres": "PostgreSQL",
    "sqlite": "SQLite",
}
PANELS = [
    ("one", "One client, one at a time"), ("clients", "50 clients, one at a time each"),
    ("pipelined", "Pipelined"), ("batched", "1,000 in a call or transaction"),
]
WIDTH, MARGIN, GAP = 960, 32, 40
PANEL_WIDTH = (WIDTH - 2 * MARGIN - GAP) / 2
BAR, STEP, LABEL = 16, 23, 112
FONT = "font-family=\"-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\""


def chart(results):
    parts, top = [], 92
    shown = [(section, title) for section, title in PANELS if results.names(f"{section}/")]
    for first in range(0, len(shown), 2):
        pair = shown[first:first + 2]
        heights = [bars(parts, results, section, title, MARGIN + side * (PANEL_WIDTH + GAP), top)
                   for side, (section, title) in enumerate(pair)]
        top += max(heights) + 26
    if results.names("accounts/"):
        top += curves(parts, results, top) + 16
    parts.append(text(MARGIN, top + 6, "* everysec answers before an award is on disk, and may lose the last second. "
                      "All others flush first.", FAINT, 12))
    parts.append(text(MARGIN, top + 24, machine(results), FAINT, 12))
    height = top + 44
    heading = [
        text(MARGIN, 42, "Durable awards a second", INK, 22, weight=600),
        text(MARGIN, 66, f"An event appended and a balance updated. Medians{of_rounds(results)}; longer is better.",
             FAINT, 14),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" {FONT}>\n<title>Durable awards a second: Stele beside Redis, PostgreSQL '
        f'and SQLite</title>\n<rect width="{WIDTH}" height="{height:.0f}" rx="12" fill="{GROUND}"/>\n'
        + "\n".join(heading + parts) + "\n</svg>\n")


def text(x, y, words, colour, size, anchor="start", weight=400):
    return (f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
            f'text-anchor="{anchor}">{escape(words)}</text>')


def bars(parts, results, section, title, left, top):
    """One panel; returns its height."""
    parts.append(text(left, top + 12, title, INK, 15, weight=600))
    values = [(key, results.value(f"{section}/{key}")) for key in COLOURS]
    values = [(key, value) for key, value in values if value is not None]
    most = max(value for _, value in values)
    room = PANEL_WIDTH - LABEL - 62
    y = top + 26
    for key, value in values:
        weight = 600 if key == "stele" else 400
        length = max(room * value / most, 1.5)
        parts.append(text(left, y + 12.5, NAMES[key], INK if key == "stele" else FAINT, 13, weight=weight))
        parts.append(f'<rect x="{left + LABEL:.1f}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2.5" '
                     f'fill="{COLOURS[key]}"/>')
        parts.append(text(left + LABEL + length + 8, y + 12.5, rate(value), INK, 13, weight=weight))
        y += STEP
    return y - top


def curves(parts, results, top):
    """Throughput over the number of accounts, both axes logarithmic; returns the height."""
    parts.append(text(MARGIN, top + 12, "As accounts grow, pipelined (SQLite: batched)", INK, 15, weight=600))
    lines = {}
    for name in results.names("accounts/"):
        _, distribution, count, key = name.split("/")
        lines.setdefault((key, distribution), []).append((int(count), results.value(name)))
    counts = [count for line in lines.values() for count, _ in line]
    values = [value for line in lines.values() for _, value in line]
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    frame = Frame(MARGIN + 52, top + 30, WIDTH - 2 * MARGIN - 52 - 170, 190, (min(counts), max(counts)), (low, high))
    frame.grid(parts)
    labels = []
    for (key, distribution), line in lines.items():
        line.sort()
        dash = "" if distribution == "uniform" else ' stroke-dasharray="5 4"'
        points = " ".join(f"{frame.x(count):.1f},{frame.y(value):.1f}" for count, value in line)
        width = 2.6 if key == "stele" else 1.6
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[key]}" stroke-width="{width}"{dash}/>')
        parts += [f'<circle cx="{frame.x(count):.1f}" cy="{frame.y(value):.1f}" r="3" fill="{COLOURS[key]}"/>'
                  for count, value in line]
        labels.append([frame.y(line[-1][1]), f"{NAMES[key]}, {distribution}", COLOURS[key]])
    for y, words, colour in spaced(labels, 15):
        parts.append(text(frame.right + 10, y + 4, words, colour, 12))
    return 30 + 190 + 24


def spaced(labels, least):
    """Labels from top to bottom, moved down where two would overlap."""
    placed = []
    for y, words, colour in sorted(labels):
        if placed:
            y = max(y, placed[-1][0] + least)
        placed.append((y, words, colour))
    return placed


class Frame:
    """The area of a graph with logarithmic axes."""

    def __init__(self, left, top, width, height, across, up):
        self.left, self.top, self.right, self.bottom = left, top, left + width, top + height
        self.across, self.up = across, up

    @staticmethod
    def share(value, ends):
        low, high = (math.log10(end) for end in ends)
        return (math.log10(value) - low) / (high - low) if high > low else 0.5

    def x(self, value):
        return self.left + self.share(value, self.across) * (self.right - self.left)

    def y(self, value):
        return self.bottom - self.share(value, self.up) * (self.bottom - self.top)

    def grid(self, parts):
        for value in decades(*self.up):
            y = self.y(value)
            parts.append(f'<line x1="{self.left}" y1="{y:.1f}" x2="{self.right}" y2="{y:.1f}" stroke="{LINE}"/>')
            parts.append(text(self.left - 8, y + 4, short(value), FAINT, 12, "end"))
        for value in decades(*self.across):
            parts.append(text(self.x(value), self.bottom + 18, short(value), FAINT, 12, "middle"))


def decades(low, high):
    return [10 ** power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]


def short(value):
    for unit, factor in (("G", 10 ** 9), ("M", 10 ** 6), ("k", 10 ** 3)):
        if value >= factor:
            return f"{value // factor} {unit}"
    return str(value)


def of_rounds(results):
    rounds = max((len(samples) for samples in results.samples.values()), default=0)
    return f" of {rounds} rounds" if rounds > 1 else ""


def machine(results):
    facts = results.machine
    return ", ".join(facts[name] for name in ("processor", "cores", "memory", "disk", "date") if name in facts)
