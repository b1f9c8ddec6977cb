"""The roofline of a row: no engine on this core answers faster than the arithmetic and the reading of weights allow."""

import math

from coordinator.rows import GROUPS


def peak(roofline, types):
    """(multiply-adds a second, instructions) of the fastest type that was measured; f32 where there is none."""
    fitting = [p for p in roofline["peaks"] if p["type"] in types]
    if not fitting:
        fitting = [p for p in roofline["peaks"] if p["type"] == "f32"]
    best = max(fitting, key=lambda p: p["macs_per_s"])
    return best["macs_per_s"], best["instructions"]


def bandwidth(measured, size):
    """Between two measured sizes the line between them over log(bytes)."""
    if size <= measured[0]["bytes"]:
        return measured[0]["bytes_per_s"]
    for low, high in zip(measured, measured[1:]):
        if size <= high["bytes"]:
            part = math.log(size / low["bytes"]) / math.log(high["bytes"] / low["bytes"])
            return low["bytes_per_s"] + part * (high["bytes_per_s"] - low["bytes_per_s"])
    return measured[-1]["bytes_per_s"]


def limit_ms(roofline, layers, group, cold):
    """Sum over layers of the larger of both: layers run one after another. Zeros of pruned layers cost nothing here, since
    an engine may skip them. A run reads all weights, so they are one working set."""
    kind = GROUPS[group]
    macs_per_s, _ = peak(roofline, kind.types)
    kept = [1 - layer["zeros"] / layer["weights"] if kind.sparse else 1 for layer in layers]
    sizes = [share * layer["weights"] * kind.weight_bytes for layer, share in zip(layers, kept)]
    measured = roofline["evicted"] if cold and roofline["evicted"] else roofline["warm"]
    bytes_per_s = bandwidth(measured, sum(sizes))
    return 1e3 * sum(max(share * layer["macs"] / macs_per_s, size / bytes_per_s)
                     for layer, share, size in zip(layers, kept, sizes))


def better(first, second):
    """Of two measurements of one machine the larger numbers: a disturbance can only make one smaller."""
    if first is None:
        return second
    made = dict(second)
    made["peaks"] = [max(a, b, key=lambda p: p["macs_per_s"]) for a, b in zip(first["peaks"], second["peaks"])]
    for key in ("warm", "evicted"):
        made[key] = [max(a, b, key=lambda p: p["bytes_per_s"]) for a, b in zip(first[key], second[key])]
    return made
