"""One strategy over all seeds of a network on a recording: means, intervals, and what must hold."""

import math
import statistics

from . import pieces, row
from .failure import Failure

# Student's t for a two-sided interval of 95 %, by degrees of freedom.
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def read_all(runs, network, data):
    """Seed -> strategy -> row, of what is kept; a failed row is there too, with its failure."""
    found = {}
    for seed in pieces.SEEDS[network]:
        group = pieces.Group(network, data, seed)
        rows = {name: row.read(pieces.row_file(group, name, runs), group, name) for name in pieces.STRATEGIES}
        found[seed] = {name: kept for name, kept in rows.items() if kept}
    return found


def check_nothing_else(runs):
    """Nothing that is kept is left out of the document in silence."""
    known = {pieces.row_file(pieces.Group(network, data, seed), name, runs)
             for network, seeds in pieces.SEEDS.items() for data in pieces.DATA for seed in seeds
             for name in pieces.STRATEGIES}
    for path in sorted(runs.rglob("*.json")):
        if path not in known:
            raise Failure(f"{path}: no table has a place for it; move it, or name its strategy, network or seed in "
                          "bench/results/collector/pieces.py")


def interval(values):
    """Mean and half the width of its 95 % interval; None for the width of a single value."""
    middle = row.mean(values)
    if len(values) < 2:
        return middle, None
    return middle, T95[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))


def limit(strategy):
    """How far the MSE may be above the baseline's, as a share; None where nothing is asked."""
    if strategy == "int4" or strategy in pieces.PRUNED:
        return 0.10
    return 0.03 if strategy in pieces.PUBLISHED else None


class Summary:
    """Of one strategy; `seeds` are those on which it is measured, and only what all of them have is told."""

    def __init__(self, strategy, kept):
        self.strategy = strategy
        self.rows = {seed: rows[strategy] for seed, rows in kept.items()
                     if strategy in rows and "failure" not in rows[strategy]}
        self.failures = {seed: rows[strategy]["failure"] for seed, rows in kept.items()
                         if strategy in rows and "failure" in rows[strategy]}
        self.kept = kept

    @property
    def seeds(self):
        return sorted(self.rows)

    def values(self, pick):
        """pick(row) for each seed; empty where one has none."""
        found = [pick(self.rows[seed]) for seed in self.seeds]
        return [] if any(value is None for value in found) else found

    def against(self, other):
        """Relative difference of the MSE to that of row `other` of the same seed, where both are measured."""
        made = [ours["mse"] / reference["mse"] - 1 for ours, reference in self.pairs(other)]
        return interval(made) if made else None

    def farther(self):
        """Metres by which the mean deviation of all laps is above the baseline's of the same seed, where both drove."""
        made = [ours["laps"]["mean_deviation_m"] - reference["laps"]["mean_deviation_m"]
                for ours, reference in self.pairs("baseline") if ours.get("laps") and reference.get("laps")]
        return interval(made) if made else None

    def pairs(self, other):
        """(row, that of `other`) by seed, where both started from the same baseline."""
        found = []
        for seed in self.seeds:
            reference = self.kept[seed].get(other)
            if reference and "failure" not in reference and reference["baseline_hash"] == self.rows[seed]["baseline_hash"]:
                found.append((self.rows[seed], reference))
        return found

    def part(self, name, key):
        """Mean over seeds of a member of `laps` or `timing`; None where a seed has no such part."""
        values = self.values(lambda kept: (kept.get(name) or {}).get(key))
        return row.mean(values) if values else None

    def laps(self):
        """(completed, driven) over all seeds."""
        values = self.values(lambda kept: kept.get("laps"))
        return (sum(laps["completed"] for laps in values), sum(laps["driven"] for laps in values)) if values else None

    def busy(self):
        """Whether the machine did other work while one of the rows was timed."""
        return any(kept.get("other_work_beside") for kept in self.rows.values())

    def busy_laps(self):
        """The same while one of them drove; rows of before the two were told apart say it of both."""
        return any(row.drove_beside_other_work(kept) for kept in self.rows.values())

    def lost_laps(self):
        """Laps that the baseline completes and this row does not; None where they cannot be compared."""
        lost = []
        for seed in self.seeds:
            ours, first = self.rows[seed].get("laps"), (self.kept[seed].get("baseline") or {}).get("laps")
            if not ours or not first:
                return None
            lost += [f"{lap} (seed {seed})" for lap in ours["not_completed"] if lap not in first["not_completed"]]
        return lost

    def seeds_beyond(self):
        """[(seed, relative difference of its MSE to its baseline's)] of those beyond the limit."""
        share = limit(self.strategy)
        made = [(ours["seed"], ours["mse"] / reference["mse"] - 1) for ours, reference in self.pairs("baseline")]
        return [] if share is None else [(seed, more) for seed, more in made if more > share]

    def holds_error(self):
        """Whether the mean over seeds is within the limit; None where nothing is asked or measured."""
        share, found = limit(self.strategy), self.against("baseline")
        return None if share is None or found is None else found[0] <= share


def summaries(kept):
    return {name: Summary(name, kept) for name in pieces.STRATEGIES}
