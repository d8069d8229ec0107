"""What was measured: samples by name, kept in JSON."""

import json
from pathlib import Path

from .figures import median, ratio, spread


class Results:
    """Names are paths: `pipelined/redis-always`, `accounts/zipf/1000/stele`. Each has one sample a round."""

    def __init__(self, samples=None, machine=None, runs=0):
        self.samples = samples or {}
        self.machine = machine or {}
        # How many runs the samples come from: what one run measures in turn is best compared.
        self.runs = runs
        # What this run has measured itself, and not taken from an earlier one.
        self._fresh = set()

    def add(self, name, sample):
        if name not in self._fresh:
            self.samples[name] = []
            self._fresh.add(name)
        self.samples[name].append(sample if isinstance(sample, dict) else sample.as_dict())

    def values(self, name, field="per_second"):
        return [sample[field] for sample in self.samples.get(name, []) if field in sample]

    def value(self, name, field="per_second"):
        """The median over the rounds; None if nothing was measured."""
        values = self.values(name, field)
        return median(values) if values else None

    def spread(self, name, field="per_second"):
        values = self.values(name, field)
        return spread(values) if values else None

    def ratio(self, name, base, field="per_second"):
        """The median of how many times `base` it was, round by round; None if either wasn't measured.

        What the machine is like changes from round to round, less within one. Where the rounds don't match,
        it is the ratio of the medians.
        """
        values, bases = self.values(name, field), self.values(base, field)
        if len(values) != len(bases):
            return ratio(self.value(name, field), self.value(base, field))
        found = [each for each in map(ratio, values, bases) if each is not None]
        return median(found) if found else None

    def names(self, prefix):
        return [name for name in self.samples if name.startswith(prefix)]

    def write(self, path):
        Path(path).write_text(json.dumps({"machine": self.machine, "runs": self.runs, "samples": self.samples}, indent=1) + "\n")

    @classmethod
    def read(cls, path):
        content = json.loads(Path(path).read_text())
        return cls(content["samples"], content["machine"], content.get("runs", 1))
