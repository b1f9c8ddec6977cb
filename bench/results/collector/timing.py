"""Kept rows timed anew: their networks, wherever a run has left them, take turns in one `pitlane bench`."""

import hashlib
import json
import subprocess

from . import pieces, places, row
from .failure import Failure


def networks_in(folders):
    """Hash of a file's bytes -> file, of all .pit files under the folders."""
    found = {}
    for folder in folders:
        if not folder.is_dir():
            raise Failure(f"{folder}: no such directory; name those in which the rows' networks lie")
        for path in sorted(folder.rglob("*.pit")):
            found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return found


def times_of(files):
    """What `pitlane bench` measures of each, in order. An interrupt reaches it too: it keeps nothing."""
    done = subprocess.run([places.program(), "bench", "--json", *map(str, files)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"pitlane bench ended with {done.returncode}: {done.stderr.strip()}")
    try:
        return [entry["timing"] for entry in json.loads(done.stdout)["networks"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"pitlane bench: not what this version of it writes ({error})") from error


def rows_timed(group, folders, only, runs, shared, tell):
    """The group's rows of this machine whose networks are there, with new times. The baseline's has to be."""
    kept = [row.read(pieces.row_file(group, name, runs), group, name) for name in pieces.STRATEGIES
            if name in only or name == "baseline"]
    kept = [made for made in kept if made and "failure" not in made]
    files = networks_in(folders)
    found = [made for made in kept if made["file_sha256"] in files]
    if not found or found[0]["strategy"] != "baseline":
        raise Failure(f"the baseline of {group} is not among the networks of {', '.join(map(str, folders))}")
    for made in kept:
        if made not in found:
            tell(f"{made['strategy']} of {group}: its network is not there; its times stay")
    for made in found:
        if made["machine"]["flags"] != row.processor_flags():
            raise Failure(f"{made['strategy']} of {group} drove on another kind of machine; time it there")
    times = times_of([files[made["file_sha256"]] for made in found])
    first = times[0]
    for made, taken in zip(found, times):
        made["timing"] = row.timing_beside(taken, first)
        made["laps_beside_other_work"] = row.drove_beside_other_work(made)
        made["other_work_beside"] = shared
    return found
