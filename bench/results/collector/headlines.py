"""Each headline of the published work beside the same ratio of ours."""

from . import cells, summary, targets


def ratio(summaries, name, pick, inverse=False):
    """Mean over seeds of row / baseline, or of its inverse; None where either is not measured."""
    made = []
    for seed in summaries[name].seeds:
        if seed not in summaries["baseline"].rows:
            return None
        ours, first = pick(summaries[name].rows[seed]), pick(summaries["baseline"].rows[seed])
        if not ours or not first:
            return None
        made.append(first / ours if inverse else ours / first)
    return sum(made) / len(made) if made else None


def lap(key, inverse=False):
    return lambda summaries, name: ratio(summaries, name, lambda kept: (kept.get("laps") or {}).get(key), inverse)


# Which star it has where the clock decides it (None: it does not), the ratio of a strategy, and which ratio is best.
SIZE = None, lambda summaries, name: ratio(summaries, name, lambda kept: kept["size_bytes"], inverse=True), max
SPEED = summary.Summary.busy, lambda summaries, name: summaries[name].part("timing", "times_as_fast"), max
LAP_TIME = summary.Summary.busy_laps, lap("inference_ms", inverse=True), max
FREQUENCY = summary.Summary.busy_laps, lap("iteration_hz"), max
DEVIATION = None, lap("mean_deviation_m"), min

# Headline, what it compared, what ours compares, our strategy and its ratio, why they differ.
HEADLINES = (
    ("12x smaller", "195 MB of Keras with `dynamic_quan`, 16.24 MiB", "`baseline` with `dynamic_quan`, size",
     "dynamic_quan", SIZE,
     "The file of 195 MB held the optimiser's state, three times the weights; without it four is what eight bits for "
     "thirty-two can give."),
    ("4x smaller", "64.92 MiB of TFLite with `dynamic_quan`, 16.24 MiB", "`baseline` with `dynamic_quan`, size",
     "dynamic_quan", SIZE, "The same comparison; what is missing to four are scales, biases and the description."),
    ("33x faster", "`model.predict`, 36.4 ms, with TF-TRT int8 on a GPU, 1.18 ms", "`baseline` with `int8`, p50",
     "int8", SPEED,
     "The two times give 30.8; what 33 is of is not said. Theirs divides a call that sets up a data pipeline on one device by a call on another. Ours are two networks in one "
     "engine on one core in one run, and its floats are quick already; `bench/peers/run` times `model.predict` beside it."),
    ("7.5x faster", "`model.predict`, 36.4 ms, with `dynamic_quan`, 4.90 ms", "`baseline` with `dynamic_quan`, p50",
     "dynamic_quan", SPEED,
     "From TFLite's own floats (7.91 ms) theirs is 1.6x; ours is eight bits beside floats in one engine."),
    ("22x less time in simulation", "124 ms with TF-TRT fp16, 5.6 ms", "`baseline` with `float16_quan`, mean time in laps",
     "float16_quan", LAP_TIME,
     "Their original computed pictures for GradCAM inside its loop and went through `model.predict`; both of ours run the "
     "same loop. Half the bytes of weights help where reading them is what takes the time."),
    ("12x the frequency", "5.6 with TF-TRT fp16, 71.9 iterations a second",
     "`baseline` with `float16_quan`, decisions that the time in laps allows", "float16_quan",
     FREQUENCY,
     "As above: GradCAM and `model.predict` were in the first loop alone. In our laps each frame of the 20 Hz camera is "
     "answered either way."),
    ("0.66x the deviation", "7.41 with TF-TRT fp32, 4.94", "`baseline` with `fp32`, mean deviation in metres, all laps",
     "fp32", DEVIATION,
     "Theirs averages 1000 to the power of the distance over one drive, with an original that answered six times a second. "
     "Ours has metres, all circuits both ways, and a baseline that is never late: the same numbers drive the same laps."))


def told(found, is_busy, summaries, *names):
    busy = is_busy is not None and any(is_busy(summaries[name]) for name in (*names, "baseline"))
    return cells.starred(cells.times(found), busy)


def best(summaries, is_busy, pick, better):
    """The row with the best ratio of those that hold what is asked of them."""
    found = {name: pick(summaries, name) for name, one in summaries.items() if targets.verdict(one).startswith("yes")}
    known = [(value, name) for name, value in found.items() if value is not None]
    if not known:
        return cells.NONE
    value, name = better(known)
    return f"{told(value, is_busy, summaries, name)} `{name}`"


def lines(tables):
    """`tables`: (network, summaries) on the simulator's recording. Headlines are of TensorFlow's network."""
    out = ["## The published headlines", "", "A star stands for other work beside while it was timed, as in the tables below, or while the laps were driven.", ""]
    for network, summaries in tables:
        torch = network == "pilotnet-torch"
        rows = []
        for headline, theirs, ours, strategy, (is_busy, pick, better), why in HEADLINES:
            found = pick(summaries, strategy)
            own = [ours, "not measured" if found is None else told(found, is_busy, summaries, strategy),
                   best(summaries, is_busy, pick, better)]
            line = own if torch else [headline, theirs, *own, why]
            rows += [] if line in rows else [line]
        if torch:
            out += [f"The same ratios of `{network}`. Nobody published such headlines of it, so nothing stands beside them "
                    "(`bench/results/run --networks torch --data simulator`):", ""]
            out += cells.table(["compared", "ours", "our best row that holds"], rows)
        else:
            out += [f"All are of TensorFlow's PilotNet, so ours are of `{network}` "
                    "(`bench/results/run --networks tf --data simulator`):", ""]
            out += cells.table(["headline", "published, of", "ours, of", "ours", "our best row that holds", "why they differ"], rows)
    return out
