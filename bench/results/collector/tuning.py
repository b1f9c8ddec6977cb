"""Calls of the program: recordings and baselines where they are missing, and `pitlane tune` for one strategy."""

import json
import re
import signal
import subprocess

from . import pieces, places
from .failure import Failure

# What each recording is learned with: bench/networks/train's recipe, and the README's for the real recording.
TRAINING = {("pilotnet-torch", "simulator"): ["--epochs", "10"], ("pilotnet-tf", "simulator"): ["--epochs", "10"],
            ("pilotnet-torch", "udacity"): ["--epochs", "6", "--learning-rate", "5e-4"],
            ("pilotnet-tf", "udacity"): ["--epochs", "4", "--learning-rate", "5e-4"]}
SPLIT = {"simulator": [], "udacity": ["--split", "blocks:100:5"]}
# A network that learned from another camera on another road cannot drive our circuits.
TRACK = {"simulator": ["--circuit", *pieces.CIRCUITS], "udacity": ["--no-track"]}


def run(arguments, good=(0,)):
    """The program with these arguments; it tells its own progress. Interrupted, it is told once and keeps its work: so it
    is no part of the group that a terminal interrupts."""
    arguments = [str(argument) for argument in arguments]
    child = subprocess.Popen([places.program(), *arguments], stdout=subprocess.DEVNULL, process_group=0)
    interrupted = False
    while True:
        try:
            status = child.wait()
            break
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    if status not in good:
        raise Failure(f"pitlane {' '.join(arguments[:2])} ended with {status}; its message stands above")


def recipes():
    """Strategy -> recipe, as the program knows them now."""
    done = subprocess.run([places.program(), "strategies", "--controls"], capture_output=True, text=True, check=False)
    found = dict(re.findall(r"^(\w+) .*\n +recipe: (.*)$", done.stdout, re.MULTILINE))
    if done.returncode != 0 or not found:
        raise Failure("pitlane strategies says nothing that can be read; is PITLANE the program of this tree?")
    return found


def recording(data, given, whole=False):
    """`whole`: frames as the camera has them, for networks that see them at another size. The baseline sees the same
    pictures either way, and the rows are of one recording; but it takes many times the room, and longer to read."""
    if given:
        return given
    if data == "udacity":
        return places.udacity()
    path = places.networks() / ("recording-whole" if whole else "recording")
    if not (path / "data.csv").is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        run(["record", "--out", path, "--frames", "24000", "--seed", "1", *(["--whole-frames"] if whole else [])])
    return path


def baseline(group, data):
    """The network that all rows of the group start from; trained where nobody has yet, which takes minutes to hours."""
    ours = {"pilotnet-torch": places.ROOT / "examples/pilotnet.pit", "pilotnet-tf": places.networks() / "pilotnet-tf.pit"}
    if group.data == "simulator" and group.seed == 1 and ours[group.network].is_file():
        return ours[group.network]
    path = places.WORK / "baselines" / f"{group.name}.pit"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        run(["train", "--data", data, *SPLIT[group.data], "--network", group.network, "--out", path,
             *TRAINING[group.network, group.data], "--seed", group.seed])
    return path


def tune_arguments(group, network, data, out, strategies):
    return ["tune", network, "--data", data, *SPLIT[group.data], *TRACK[group.data], "--out", out, "--seed", group.seed,
            "--no-video", "--strategy", *strategies]


def inputs(group, strategy, given):
    """(recording, baseline network), made where they are missing."""
    network = baseline(group, recording(group.data, given))
    return recording(group.data, given, strategy in pieces.OTHER_SIZES), network


def tuned(group, strategy, data, network):
    """The folder in which tune has left this strategy's row. Exit status 1 says that a row failed: the row says why."""
    out = places.WORK / group.name
    run(tune_arguments(group, network, data, out, [strategy]), good=(0, 1))
    return out


def results(folder):
    path = folder / "results.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["rows"][0]["strategy"] != "baseline" or not isinstance(document["provenance"], dict):
            raise KeyError("rows[0]")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Failure(f"{path}: not what pitlane tune writes ({error})") from error
    return document
