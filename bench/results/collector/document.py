"""docs/results.md, from bench/runs alone: the same files give the same bytes."""

from . import cells, drives, headlines, pieces, published, summary, targets

TITLES = {"simulator": "the simulator's recording", "udacity": "Udacity's recording"}
INPUTS = {
    "simulator": "24,000 frames that the expert recorded on seven of our circuits (`pitlane record --frames 24000 "
                 "--seed 1`). Laps: nine of our circuits, all but `alley`, both ways, at 0 and 60 ms "
                 "from frame to command.",
    "udacity": "What a person drove in Udacity's simulator (3,000 rows of three cameras, github.com/rslim087a/track); every fifth "
               "block of 100 rows validates "
               "(`--split blocks:100:5`). What learned from it cannot drive our circuits, so there are no laps."}
HEAD = ["row", "published: MiB, MSE, ms", "seeds", "MiB", "zeros", "MSE", "by output", "to baseline", "to its control",
        "p50, ms", "p99, ms", "frame p50, ms", "as fast", "laps", "mean deviation, m", "to baseline, m", "largest mean",
        "largest", "holds"]

BUSY = ("Where a time or a ratio of times has a star the machine did other work meanwhile: it is no measure of the row, p99 "
        "least of all, and stands here until the row is timed on an idle machine.")

PREFACE = """# Results

Made by `bench/results/run --write` from the files in `bench/runs`, which `bench/results/run` makes one by one; do not edit
it, run that command again. Every row starts from the same baseline of its network, recording and seed, and never from
another row's result.

- **published**: as printed in the work of 2022 on other data, machines and code, with the defects that
  [published.md](published.md) explains; no ratio between such a figure and one of ours means anything. A PyTorch network
  stands beside PyTorch's figures alone, a TensorFlow one beside TensorFlow's and TF-TRT's.
- **MSE**: over normalised outputs, on frames held out from training; **to baseline**: relative to the baseline of the same
  seed; **to its control**: relative to the row that trained on in the same way and compressed nothing, so that what is left
  is the compression's own. `NAME_control` is the control of `NAME`; that of `shrink` serves `shrink_quan` too, that of
  `grey_input` all that see another picture, since they train alike; `fine_tune` (three epochs from the labels) is the control of
  `local_prune`, `global_prune` and `prune_quan`, `fine_tune_long` (six epochs from the labels and the baseline's answers) that of
  `prune` and `prune_quan_tf`. In parentheses stands the difference to `fine_tune_long` (for `quan_aware`: `fine_tune`) where the
  row's own control is not measured. With several seeds:
  mean ± half of the 95 % interval (Student's t).
- **MiB**: the `.pit` file; **zeros**: share of zero weights. **p50, p99**: engine, picture in, outputs out, one thread; **frame
  p50**: from the camera's whole frame; **as fast**: the baseline's p50 in the same run by the row's.
- **laps**: on nine of our circuits, all but `alley`, which is younger than most of these rows (`./demo` drives it); completed of all that were driven, over all seeds; deviations: mean over
  laps, that beside the baseline's of the same seed (with several seeds as the MSE), the largest mean of any lap, the largest
  of any moment.
- **holds**: whether the row is within its limits (next section) in the mean over its seeds; behind it a seed whose own MSE is
  beyond the limit. Recipes were chosen by the same validation frames, of seed 1. **–**: not measured, or nothing is asked.
"""


def published_cell(found):
    return "; ".join(f"{framework} {size}, {mse}, {ms}" for framework, size, mse, ms in found) or cells.NONE


def outputs_cell(found):
    rows = found.values(lambda kept: kept["outputs"])
    return ", ".join(f"{name} {cells.number(sum(one.get(name, 0) for one in rows) / len(rows))}" for name in rows[0])


def mean(found, key):
    values = found.values(lambda kept: kept[key])
    return sum(values) / len(values)


def control_cell(found):
    control = pieces.CONTROLS.get(found.strategy)
    against = found.against(control) if control else None
    if against:
        return cells.share(against)
    nearest = found.against(pieces.NEAREST[found.strategy]) if control else None
    return f"({cells.share(nearest)})" if nearest else cells.NONE


def time_cell(found, key):
    return cells.starred(cells.number(found.part("timing", key)), found.busy())


def machines(found):
    """Text of a machine -> its letter, where rows are of several."""
    texts = sorted({machine_text(made) for one in found.values() for made in one.rows.values()})
    return {text: chr(ord("A") + i) for i, text in enumerate(texts)} if len(texts) > 1 else {}


def letters(found, lettered):
    """Behind a time: on which machines it was taken."""
    own = {lettered[machine_text(made)] for made in found.rows.values() if made.get("timing")} if lettered else set()
    return f" {', '.join(sorted(own))}" if own else ""


def laps_cell(found):
    laps = found.laps()
    return f"{laps[0]} of {laps[1]}" if laps else cells.NONE


def row_cells(found, figures, lettered):
    first = found.strategy == "baseline"
    return [f"`{found.strategy}`", published_cell(figures), str(len(found.seeds)),
            cells.number(mean(found, "size_bytes") / cells.MIB), f"{mean(found, 'sparsity') * 100:.0f} %",
            cells.number(mean(found, "mse")), outputs_cell(found),
            cells.NONE if first else cells.share(found.against("baseline")),
            control_cell(found),
            time_cell(found, "p50_ms") + letters(found, lettered), time_cell(found, "p99_ms"),
            time_cell(found, "frame_p50_ms"),
            cells.starred(cells.times(found.part("timing", "times_as_fast")), found.busy()), laps_cell(found),
            cells.metres(found.part("laps", "mean_deviation_m")),
            cells.NONE if first else cells.metres_more(found.farther()),
            *[cells.metres(found.part("laps", key)) for key in ("largest_mean_deviation_m", "largest_deviation_m")],
            targets.verdict(found)]


def empty_cells(name, figures):
    return [f"`{name}`", published_cell(figures), "not measured", *[cells.NONE] * (len(HEAD) - 3)]


def machine_text(made):
    told = made["machine"]
    flags = f", {' '.join(told['flags'])}" if told.get("flags") else ""
    return f"{told.get('processor', 'unknown processor')}, {told.get('cores', '?')} cores{flags}; pitlane {made['version']}"


def codes(found):
    """Which code made the rows: the first digits of the hash of its sources. Rows of older ones do not say it."""
    rows = [made for one in found.values() for made in one.rows.values()]
    by_code = {}
    for made in rows:
        if made.get("code"):
            by_code.setdefault(made["code"], []).append(made["strategy"])
    if len(by_code) == 1 and all(made.get("code") for made in rows):
        return [f"Made by the code {next(iter(by_code))} (the first digits of the hash of its sources)."]
    return [f"Made by the code {code}: {', '.join(f'`{name}`' for name in sorted(set(names)))}." for code, names in sorted(by_code.items())]


def facts(found):
    """Sentences on what was measured, on what and with what."""
    rows = [made for one in found.values() for made in one.rows.values()]
    frames = sorted({made["samples"] for made in rows})
    out = [f"Measured on {', '.join(f'{count:,}' for count in frames)} validation frames."]
    out += [f"Recording {made} (the first digits of its hash, as with networks)." for made in
            sorted({made["data_hash"][:8] for made in rows})]
    bases = sorted({(made["seed"], made["baseline_hash"][:8]) for made in rows})
    out += [f"Baseline of seed {seed}: {made}." for seed, made in bases]
    lettered = machines(found)
    out += [f"Machine {lettered[text]}: {text}." if lettered else f"Machine: {text}."
            for text in sorted({machine_text(made) for made in rows})]
    out += codes(found)
    if lettered:
        out.append("Times of rows with different letters cannot be compared; each row's ratio is of one machine.")
    if any(one.busy() for one in found.values()):
        out.append(BUSY)
    recordings = {made["data_hash"] for made in rows}
    if len(recordings) > 1:
        out.append(f"These rows are of {len(recordings)} different recordings ({', '.join(sorted(recordings))}): do not "
                   "compare them.")
    return out


def several_recipes(found, tables):
    """Rows under one name whose recipe is not that of the other tables."""
    out = []
    for name, one in found.items():
        recipes = sorted({made["recipe"] for made in one.rows.values()})
        elsewhere = {made["recipe"] for _, _, other in tables for made in other[name].rows.values()}
        if recipes and len(elsewhere) > 1:
            out.append(f"- `{name}`: {' and '.join(f'`{text}`' for text in recipes)}")
    return ["Not the same recipe in all tables; here:", "", *out, ""] if out else []


def gaps(found, seeds):
    """What is not measured, by name."""
    out = []
    for count in range(len(seeds)):
        without = [name for name, one in found.items() if len(one.seeds) == count]
        if without:
            what = f"measured on {count} of {len(seeds)} seeds" if count else "not measured at all"
            out.append(f"- {what}: {cells.names(without, found)}")
    for name, one in found.items():
        out += [f"- `{name}` failed on seed {seed}: {why}" for seed, why in sorted(one.failures.items())]
    return ["Missing:", "", *out, ""] if out else []


def section(network, data, found, figures, tables):
    short = next(key for key, name in pieces.NETWORKS.items() if name == network)
    command = f"    bench/results/run --networks {short} --data {data}"
    out = [f"## {network} on {TITLES[data]}", "", INPUTS[data], "", command, ""]
    beside = {name: figures.get((network, name), []) for name in found}
    if any(one.rows for one in found.values()):
        out += [" ".join(facts(found)), ""]
        lettered = machines(found)
        out += cells.table(HEAD, [row_cells(one, beside[name], lettered) if one.rows else empty_cells(name, beside[name])
                                  for name, one in found.items()])
    else:
        out += ["Nothing has been measured yet; these are the published figures alone:", ""]
        out += cells.table([*HEAD[:2], "ours"], [[f"`{name}`", published_cell(told), "not measured"]
                                                 for name, told in beside.items() if told])
    return out + several_recipes(found, tables) + gaps(found, pieces.SEEDS[network])


def markdown(runs):
    summary.check_nothing_else(runs)
    figures = published.figures()
    tables = [(network, data, summary.summaries(summary.read_all(runs, network, data)))
              for network in pieces.NETWORKS.values() for data in pieces.DATA]
    out = [PREFACE]
    out += targets.lines([(f"{network}, {data}", data, found) for network, data, found in tables])
    # TensorFlow's first: the headlines are its.
    simulated = [(network, found) for network, data, found in reversed(tables) if data == "simulator"]
    out += headlines.lines(simulated)
    out += drives.lines(simulated)
    for network, data, found in tables:
        out += section(network, data, found, figures, tables)
    return "\n".join(out).rstrip("\n") + "\n"
