"""Where things lie: what is kept in the tree, what is made beside it, and the inputs."""

import os
import pathlib

from .failure import Failure

ROOT = pathlib.Path(__file__).resolve().parents[3]
RUNS = ROOT / "bench/runs"
DOCUMENT = ROOT / "docs/results.md"
WORK = ROOT / "build/results"


def program():
    """The built program: $PITLANE, else that of the release build."""
    path = pathlib.Path(os.environ.get("PITLANE", ROOT / "build/release/pitlane")).resolve()
    if not os.access(path, os.X_OK):
        raise Failure(f"{path} is not built; run scripts/build release pitlane, or name one in PITLANE")
    return path


def networks():
    """Where bench/networks/train keeps its recording and its networks."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("PITLANE_NETWORKS") or pathlib.Path(cache) / "pitlane/networks")


def udacity():
    """The real recording, which does not come with the project."""
    data = pathlib.Path(os.environ.get("PITLANE_TEST_DATA") or ROOT.parent / "shared/data")
    if not (data / "udacity").is_dir():
        raise Failure(f"there is no {data / 'udacity'}; name the folder above it in PITLANE_TEST_DATA, "
                      "or choose --data simulator")
    return data / "udacity"
