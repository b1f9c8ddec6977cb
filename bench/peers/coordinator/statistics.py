"""Percentiles as pitlane bench computes them, and when there are enough samples."""

import math


def percentile(ordered, share):
    """Of sorted samples; as measure/percentile.h defines it."""
    return ordered[min(math.floor(share * len(ordered)), len(ordered) - 1)]


def summary(samples):
    """Milliseconds of all percentiles that the report shows."""
    ordered = sorted(samples)
    return {"p50": percentile(ordered, 0.5), "p90": percentile(ordered, 0.9), "p99": percentile(ordered, 0.99),
            "min": ordered[0], "runs": len(ordered)}


def median_half_width(bursts):
    """Relative half width of the 95 % interval of the median: calls of one burst share what disturbs them, so the ranks
    are those of the bursts' medians (binomial, normal approximation)."""
    medians = sorted(percentile(sorted(burst), 0.5) for burst in bursts)
    n = len(medians)
    if n < 8:
        return math.inf
    half = 0.98 * math.sqrt(n)
    low = medians[max(0, math.floor(n / 2 - half))]
    high = medians[min(n - 1, math.ceil(n / 2 + half))]
    return (high - low) / (2 * percentile(medians, 0.5))


def mean_squared_error(answers, labels):
    """Over all outputs of all frames, normalised."""
    squares = [(a - b) ** 2 for row, wanted in zip(answers, labels) for a, b in zip(row, wanted)]
    return sum(squares) / len(squares)


def largest_difference(answers, others):
    return max(abs(a - b) for row, other in zip(answers, others) for a, b in zip(row, other))
