"""What was published of laps, beside ours. Read where the program itself has it."""

import re

from . import cells, places, published
from .failure import Failure

SOURCE = "src/pitlane/report/published_drives.cpp"
DRIVE = re.compile(r'\{\{"([^"]+)", "(\w+)"\}, ([\d.]+), ([\d.]+), ([\d.]+), ([\d.]+), k\w+\}')
HEAD = ["row", "published of", "speed, m/s", "deviation, as printed", "iterations a second", "ms", "ours: laps", "mean deviation, m",
        "decisions a second", "ms"]


def figures():
    """[(network, our strategy, framework, speed, deviation, iterations a second, ms), ...]"""
    found = []
    for framework, strategy, *numbers in DRIVE.findall((places.ROOT / SOURCE).read_text(encoding="utf-8")):
        if framework not in published.SHORT:
            raise Failure(f"{SOURCE}: the framework {framework} is new here")
        network = "pilotnet-torch" if framework == "PyTorch" else "pilotnet-tf"
        found.append((network, published.our_name(framework, strategy), published.SHORT[framework], *numbers))
    if not found:
        raise Failure(f"{SOURCE}: no published drives can be read there")
    return found


def rate(hertz):
    return cells.NONE if hertz is None else f"{hertz:,.0f}"


def ours(found):
    if found is None or not found.laps():
        return ["not measured", *[cells.NONE] * 3]
    completed, driven = found.laps()
    busy = found.busy_laps()
    return [f"{completed} of {driven}", cells.metres(found.part("laps", "mean_deviation_m")),
            cells.starred(rate(found.part("laps", "iteration_hz")), busy),
            cells.starred(cells.number(found.part("laps", "inference_ms")), busy)]


def lines(networks):
    """`networks`: (name, its summaries on the simulator)."""
    by_name = dict(networks)
    rows = [[f"{network}, `{strategy}`", framework, *numbers, *ours(by_name[network].get(strategy))]
            for network, strategy, framework, *numbers in figures()]
    return ["## The published drives", "",
            "Theirs are of SimpleCircuit in Gazebo, at about half of real time; ours of our circuits, mean over all laps. Neither "
            "roads nor speeds nor simulators are the same, and the printed deviation is the mean of 1000 to the power of the "
            "distance in metres, so no ratio between the two halves of a line means anything; "
            "[published.md](published.md#driving) says why each figure differs. A star stands for other work beside while the laps "
            "were driven.", "", *cells.table(HEAD, rows)]
