#!/usr/bin/env python3
"""Writes random formulas with their values, computed by an evaluator of its own.

    python3 Tests/EndToEnd/formulas.py 1 1500 > fixtures/formulas/random.tsv

Each line is a formula, a tab, and its value for the inputs below: an exact fraction, 1 or 0 for a
truth, the name of the refusal, or `mistake` where the rulebook can't be loaded because something
in the formula is known to have no value. Shares nothing with the ledger but the language.
"""

import datetime
import math
import random
import sys
from fractions import Fraction

INPUTS = {"a": 10, "b": 3, "c": -7, "d": 4000000000, "z": 0}
TRUTHS = {"yes": True, "no": False}
# The moment that formulas speak of, and what modifiers of RandomFormulaTests.swift come to then: each a
# list of factors in percent, the rounding, and the least.
MOMENT = datetime.datetime(2024, 2, 29, 13, 45, 10)
DAY = (MOMENT.date() - datetime.date(1970, 1, 1)).days
MOMENTS = {
    "day": DAY, "week": DAY - MOMENT.weekday(), "month": DAY - 28, "weekday": MOMENT.weekday() + 1,
    "hour": 13, "minute": 45,
}
MODIFIERS = {
    "added": ([[20, -5]], lambda a: a, None),
    "chained": ([[10], [50]], round, None),
    "low": ([[-150]], math.trunc, 1),
    "dated": ([[50, 0, 7]], math.floor, None),
}
LOWEST, HIGHEST = -(2**63), 2**63 - 1


class Refused(Exception):
    pass


def kept(value):
    value = Fraction(value)
    if not LOWEST <= value.numerator <= HIGHEST or value.denominator > HIGHEST:
        raise Refused("overflow")
    return value


def power(base, exponent):
    if exponent.denominator != 1:
        raise Refused("outOfDomain")
    exponent = exponent.numerator
    if base in (0, 1, -1):
        if base == 0 and exponent < 0:
            raise Refused("divisionByZero")
        return Fraction(int(base) ** (abs(exponent) % 2 + 2 * (exponent != 0)))
    if abs(exponent) > 64:
        raise Refused("overflow")
    result = kept(base ** abs(exponent))
    return result if exponent >= 0 else kept(1 / result)


def root(value, degree):
    if degree.denominator != 1 or degree < 1 or value < 0:
        raise Refused("outOfDomain")
    degree, value = degree.numerator, math.floor(value)
    if degree > 63:
        return Fraction(min(value, 1))
    guess = int(round(value ** (1 / degree))) + 1
    while guess**degree > value:
        guess -= 1
    while (guess + 1) ** degree <= value:
        guess += 1
    return Fraction(guess)


def divide(a, b):
    if b == 0:
        raise Refused("divisionByZero")
    return a / b


BINARY = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": divide,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}
FUNCTIONS = {
    "min": min, "max": max, "abs": abs, "floor": math.floor, "ceil": math.ceil,
    "truncate": math.trunc, "round": lambda a: math.floor(a + Fraction(1, 2)), "round_even": round,
    "root": root, "power": power,
}


def evaluate(node):
    kind, *parts = node
    if kind == "number":
        return Fraction(parts[0])
    if kind == "input":
        return Fraction(INPUTS[parts[0]])
    if kind == "truth":
        return {"true": True, "false": False, **TRUTHS}[parts[0]]
    if kind == "negated":
        return kept(-evaluate(parts[0]))
    if kind == "not":
        return not evaluate(parts[0])
    if kind == "and":
        return evaluate(parts[0]) and evaluate(parts[1])
    if kind == "or":
        return evaluate(parts[0]) or evaluate(parts[1])
    if kind == "if":
        return evaluate(parts[1] if evaluate(parts[0]) else parts[2])
    if kind == "moment":
        return Fraction(MOMENTS[parts[0]])
    if kind == "modified":
        factors, rounded, least = MODIFIERS[parts[0]]
        value = evaluate(parts[1])
        for percents in factors:
            value = kept(value * (100 + Fraction(sum(percents))) / 100)
        value = kept(rounded(value))
        return value if least is None else max(value, least)
    if kind == "clamp":
        value, highest, lowest = evaluate(parts[0]), evaluate(parts[2]), evaluate(parts[1])
        return max(min(value, highest), lowest)
    values = [evaluate(part) for part in parts[1:]]
    if kind == "call":
        return kept(FUNCTIONS[parts[0]](*values))
    result = BINARY[parts[0]](*values)
    return result if isinstance(result, bool) else kept(result)


def children(node):
    return [part for part in node[1:] if isinstance(part, tuple)]


def is_known(node):
    if node[0] in ("input", "moment", "modified") or (node[0] == "truth" and node[1] in TRUTHS):
        return False
    return all(is_known(child) for child in children(node))


def is_mistake(node):
    """Whether a part that depends on nothing has no value, or something is divided by zero."""
    if any(is_mistake(child) for child in children(node)):
        return True
    try:
        if is_known(node):
            evaluate(node)
        if node[:2] == ("binary", "/") and is_known(node[3]):
            return evaluate(node[3]) == 0
    except Refused:
        return True
    return False


def text(node):
    kind, *parts = node
    if kind in ("number", "input", "truth", "moment"):
        return str(parts[0])
    if kind == "negated":
        return f"-({text(parts[0])})"
    if kind == "not":
        return f"(not ({text(parts[0])}))"
    if kind in ("and", "or"):
        return f"(({text(parts[0])}) {kind} ({text(parts[1])}))"
    if kind in ("if", "clamp"):
        return f"{kind}({', '.join(map(text, parts))})"
    if kind == "modified":
        return f"modified('{parts[0]}', {text(parts[1])})"
    if kind == "call":
        return f"{parts[0]}({', '.join(map(text, parts[1:]))})"
    return f"({text(parts[1])} {parts[0]} {text(parts[2])})"


def number(rng, depth):
    pick = rng.randrange(16) if depth > 0 else rng.randrange(4)
    if pick < 2:
        return ("input", rng.choice(list(INPUTS)))
    if pick < 4:
        choices = [0, 1, 2, 3, 10, "0.5", "7.25", 100, 2**31, 2**62, HIGHEST]
        return ("number", rng.choice(choices))
    if pick < 8:
        return ("binary", rng.choice("+-*/"), number(rng, depth - 1), number(rng, depth - 1))
    if pick == 8:
        return ("negated", number(rng, depth - 1))
    if pick == 9:
        return ("if", truth(rng, depth - 1), number(rng, depth - 1), number(rng, depth - 1))
    if pick == 10:
        return ("clamp", *(number(rng, depth - 1) for _ in range(3)))
    if pick == 11:
        return ("moment", rng.choice(list(MOMENTS)))
    if pick == 12:
        return ("modified", rng.choice(list(MODIFIERS)), number(rng, depth - 1))
    name = rng.choice(list(FUNCTIONS))
    count = 2 if name in ("min", "max", "root", "power") else 1
    return ("call", name, *(number(rng, depth - 1) for _ in range(count)))


def truth(rng, depth):
    pick = rng.randrange(6) if depth > 0 else 0
    if pick == 0:
        return ("truth", rng.choice(["true", "false", "yes", "no"]))
    if pick == 1:
        return ("not", truth(rng, depth - 1))
    if pick < 4:
        comparison = rng.choice(["==", "!=", "<", "<=", ">", ">="])
        return ("binary", comparison, number(rng, depth - 1), number(rng, depth - 1))
    return (rng.choice(["and", "or"]), truth(rng, depth - 1), truth(rng, depth - 1))


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        node = rng.choice([number, truth])(rng, rng.randrange(1, 6))
        if is_mistake(node):
            value = "mistake"
        else:
            try:
                value = evaluate(node)
                value = int(value) if isinstance(value, bool) else value
            except Refused as refused:
                value = refused
        print(f"{text(node)}\t{value}")


main()
