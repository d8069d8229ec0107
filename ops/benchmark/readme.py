"""The README's figures, between two marks, as a run came to them."""

from . import table

BEGIN = "<!-- what ops/bench --readme writes begins here -->"
END = "<!-- what ops/bench --readme writes ends here -->"


def markdown(results, chart_path=None):
    """Chart and tables."""
    parts = []
    if chart_path:
        parts.append(f"![Durable awards a second, beside Redis, PostgreSQL and SQLite]({chart_path})")
    facts = ", ".join(results.machine.values())
    parts.append(f"Measured on: {facts}. Load generators and servers share the machine; all files are on one disk; "
                 "± is half of what lies between the best and the worst round.")
    parts += table.warnings(results)
    parts += [table.markdown(head, rows) for head, rows in table.all_tables(results)]
    return "\n\n".join(parts)


def replace_between(page, content):
    """The page with what stands between the marks replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"
