"""What is to hold, and whether it does."""

from . import cells, pieces

LIMITED = [name for name in pieces.STRATEGIES if name in pieces.PUBLISHED or name == "int4"]


def verdict(summary):
    """One word for a row of the table."""
    holds, lost = summary.holds_error(), summary.lost_laps()
    if holds is None:
        return cells.NONE
    faults = ([] if holds else ["error"]) + (["laps"] if lost else [])
    if faults:
        return "no: " + ", ".join(faults)
    beyond = "; ".join(f"seed {seed} {cells.share((more, None))}" for seed, more in summary.seeds_beyond())
    return ("yes" if lost is not None else "error: yes") + (f" ({beyond})" if beyond else "")


def error_line(title, summaries):
    told = {True: [], False: [], None: []}
    for name in LIMITED:
        told[summaries[name].holds_error()].append(name)
    beyond = ", ".join(f"`{name}` ({cells.share(summaries[name].against('baseline'))})" for name in told[False])
    return [title, f"{len(told[True])} of {len(LIMITED)}", beyond or "none", cells.names(told[None], LIMITED)]


def lap_line(title, summaries):
    kept, lost, unknown = [], [], []
    for name in LIMITED:
        found = summaries[name].lost_laps() if summaries[name].rows else None
        if found:
            lost.append(f"`{name}`: {'; '.join(found)}")
        else:
            (unknown if found is None else kept).append(name)
    return [title, f"{len(kept)} of {len(LIMITED)}", ". ".join(lost) or "none", cells.names(unknown, LIMITED)]


def smallest(summaries):
    """The smallest row whose mean MSE is not above the baseline's, with how much smaller; None where none is."""
    first = summaries["baseline"].values(lambda kept: kept["size_bytes"])
    found = []
    for name, summary in summaries.items():
        against = summary.against("baseline")
        if name != "baseline" and first and against and against[0] <= 0:
            sizes = summary.values(lambda kept: kept["size_bytes"])
            ratio = max(first) / (sum(sizes) / len(sizes))
            found.append((ratio, name))
    return max(found) if found else None


def lines(tables):
    """`tables`: (title, data, summaries) of each network and recording."""
    out = ["## What is to hold", "",
           "Each of the nineteen published rows (sixteen of ours, some stand for two) and `int4`: on frames held out from "
           "training, the MSE is at most 3 % above the baseline's, 10 % for `int4` and for what is pruned, in the mean over "
           "the seeds that are measured; and every lap that the baseline completes is completed.", "",
           "The error (`bench/results/run --write`, from the tables below):", ""]
    out += cells.table(["network, recording", "hold", "beyond the limit", "not measured"],
                       [error_line(title, summaries) for title, _, summaries in tables])
    out += ["The laps, on nine of our circuits (all but `alley`), both ways, at 0 and 60 ms:", ""]
    out += cells.table(["network", "hold", "laps lost", "not measured"],
                       [lap_line(title, summaries) for title, data, summaries in tables if data == "simulator"])
    out += ["The smallest file whose error is not above the baseline's:", ""]
    rows = []
    for title, _, summaries in tables:
        found = smallest(summaries)
        rows.append([title, f"`{found[1]}`", f"{found[0]:.1f}x smaller"] if found else [title, "not measured", cells.NONE])
    out += cells.table(["network, recording", "row", "than the baseline"], rows)
    return out + ["`pitlane tune --auto`, the speed of training and Keras beside us are measured by other commands: "
                  "[auto-search.md](guide/auto-search.md), `bench/train/train_bench` and `bench/peers/run`.", ""]
