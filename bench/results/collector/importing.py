"""Rows of a directory that `pitlane tune --out` fills or has filled, be it finished or not.

Nothing is written there: the store and the networks are copied, and tune itself, started on the copy for the finished rows
alone, finds them in the store, times them and writes the document. So it is tune that checks that network, recording, seed
and code are the same; a row that it would make anew is none of this group's and is left out.
"""

import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from . import pieces, places, row, tuning
from .failure import Failure

FOUND = re.compile(r"^(\w+) +done by an earlier run: ")
OTHER_WORK = re.compile(r"^(\w+)(?:: | +done: | +failed: )")


def finished(folder):
    """Strategies whose rows are in the store of an unfinished directory, in the order of the tables."""
    path = folder / "tune.db"
    if not path.is_file():
        raise Failure(f"{folder} has no tune.db; name a directory that pitlane tune --out has made")
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
            keys = [key for (key,) in store.execute("SELECT key FROM results")]
    except sqlite3.Error as error:
        raise Failure(f"{path}: cannot be read ({error})") from error
    names = {key.rsplit("-", 1)[0] for key in keys}
    return [name for name in pieces.STRATEGIES if name in names]


def copy(folder, strategies, place):
    """The store as it is at one moment, though somebody writes it, and the networks of its rows."""
    with sqlite3.connect(f"file:{folder / 'tune.db'}?mode=ro", uri=True) as store, \
            sqlite3.connect(place / "tune.db") as ours:
        store.backup(ours)
    (place / "networks").mkdir()
    for name in strategies:
        shutil.copyfile(folder / "networks" / f"{name}.pit", place / "networks" / f"{name}.pit")


def stranger(lines):
    """Reads what tune tells: the first strategy that it does not find in the store; None where it finds them all."""
    found = set()
    for line in lines:
        sys.stderr.write(line)
        if match := FOUND.match(line):
            found.add(match.group(1))
        elif (match := OTHER_WORK.match(line)) and match.group(1) in pieces.STRATEGIES and match.group(1) not in found:
            return match.group(1)
    return None


def timed(group, network, data, place, strategies):
    """Lets tune write results.json in the copy. Answers the strategy that stopped it, or None."""
    arguments = [str(part) for part in tuning.tune_arguments(group, network, data, place, strategies)]
    child = subprocess.Popen([places.program(), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             text=True, process_group=0)
    try:
        unknown = stranger(child.stderr)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    if unknown:
        child.terminate()
        child.wait()
        return unknown
    if child.wait() not in (0, 1):
        raise Failure(f"pitlane tune on a copy of the directory ended with {child.returncode}; its message stands above")
    return None


def rows_from(folder, group, only, given, shared, shared_laps, tell):
    """The rows of `folder` that belong to `group`: the baseline's, and of the others those in `only`. They are timed now
    (`shared`: beside other work), and drove when the folder was filled (`shared_laps`)."""
    folder = pathlib.Path(folder)
    strategies = [name for name in finished(folder) if name in only or name == "baseline"]
    if "baseline" not in strategies:
        raise Failure(f"{folder / 'tune.db'} has no finished row baseline yet; wait for it")
    data, network = tuning.inputs(group, "baseline", given)
    places.WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=places.WORK, prefix="import-") as made:
        place = pathlib.Path(made)
        copy(folder, strategies, place)
        while unknown := timed(group, network, data, place, strategies):
            if unknown == "baseline":
                raise Failure(f"{folder}: its rows are not of {group}: another network, recording, seed or version of "
                              "pitlane made them")
            tell(f"{unknown} is left out: its row in {folder} is of another recipe, or made by another version of pitlane")
            strategies.remove(unknown)
        document = tuning.results(place)
        return [row.from_results(document, group, name, place, shared, shared_laps) for name in strategies]
