"""Where things are. All that a run makes lies in build/peers, or where PITLANE_PEERS says, and is kept for the next run."""

import os
import pathlib

SOURCES = pathlib.Path(__file__).resolve().parents[1]
ROOT = SOURCES.parents[1]
BUILD = pathlib.Path(os.environ.get("PITLANE_PEERS", ROOT / "build/peers")).resolve()
VENV = BUILD / "venv"
PYTHON = VENV / "bin/python"
LOGS = BUILD / "logs"
FILES = BUILD / "files"
PROGRAMS = ROOT / "build/release"


def trained_network(name):
    """The trained network of bench/networks; for pilotnet-torch else the example, which is one."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    place = pathlib.Path(os.environ.get("PITLANE_NETWORKS", cache / "pitlane/networks"))
    example = ROOT / "examples/pilotnet.pit"
    trained = place / f"{name}.pit"
    if not trained.is_file() and name == "pilotnet-torch" and example.is_file():
        return example
    return trained
