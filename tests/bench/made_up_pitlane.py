#!/usr/bin/env python3
"""Stands in for pitlane in results_test.py: knows a few strategies and writes what `tune` writes, of made-up numbers.

MADE_UP_STOP names a strategy at which it waits for an interrupt, MADE_UP_FAIL one that fails, MADE_UP_STRANGE one whose
stored row it does not know. Each call of `tune` or `record` is a line of the file MADE_UP_CALLS, with MADE_UP_DATA the recording too.
"""

import hashlib
import json
import os
import pathlib
import signal
import sys

RECIPES = {"baseline": "unchanged", "fine_tune": "fine_tune(epochs=3)", "int4": "quantize(bits=4)",
           "prune": "prune(epochs=6)", "small_input": "scale_input(0.5)"}
MSE = {"baseline": 0.01, "fine_tune": 0.008, "int4": 0.0105, "prune": 0.012, "small_input": 0.011}


def flag(name):
    values = sys.argv[sys.argv.index(name) + 1:]
    return values[: next((i for i, value in enumerate(values) if value.startswith("--")), len(values))]


def lap(circuit, completed):
    return {"circuit": circuit, "reverse": False, "latency": "60ms", "completed": completed,
            "deviation_m": {"mean": 0.1, "max": 0.5}, "timing": {"inference_ms": 0.5, "iteration_hz": 2000}}


def circuits():
    """MADE_UP_MORE names one that was not asked for."""
    return flag("--circuit") + ([os.environ["MADE_UP_MORE"]] if "MADE_UP_MORE" in os.environ else [])


def made(name, out):
    row = {"strategy": name, "recipe": RECIPES[name]}
    if os.environ.get("MADE_UP_FAIL") == name:
        return {**row, "failure": "the disk is full"}
    file = out / "networks" / f"{name}.pit"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(name)
    return {**row, "file": f"networks/{name}.pit", "network_hash": hashlib.sha256(name.encode()).hexdigest()[:8],
            "size_bytes": 4096 if name == "int4" else 8192, "sparsity": 0.5, "mse": MSE[name], "samples": 100,
            "outputs": [{"name": "v", "mse": MSE[name] * 1.5}, {"name": "w", "mse": MSE[name] / 2}],
            "laps": [lap(circuit, circuit != "tight" or name != "prune") for circuit in circuits()],
            "timing": {"latency_ms": {"p50": 0.25 if name == "int4" else 0.5, "p99": 1, "runs": 1000}}}


def tell_call(text):
    with open(os.environ["MADE_UP_CALLS"], "a", encoding="utf-8") as calls:
        calls.write(text + "\n")


def record():
    out = pathlib.Path(flag("--out")[0])
    out.mkdir()
    (out / "data.csv").touch()
    tell_call("record " + out.name + (" whole" if "--whole-frames" in sys.argv else ""))


def tune():
    out = pathlib.Path(flag("--out")[0])
    out.mkdir(parents=True, exist_ok=True)
    names = ["baseline", *[name for name in flag("--strategy") if name != "baseline"]]
    tell_call(" ".join(flag("--strategy")) + ("" if "MADE_UP_DATA" not in os.environ else " of " + flag("--data")[0]))
    for name in names:
        known = (out / "tune.db").exists() and os.environ.get("MADE_UP_STRANGE") != name
        print(f"{name:16} done by an earlier run: 1 MB" if known else f"{name}: laps  1/2", file=sys.stderr, flush=True)
    if os.environ.get("MADE_UP_STOP") in names:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
        print("waiting", file=sys.stderr, flush=True)
        signal.pause()
    provenance = {"processor": "Made-up 1", "cores": "2", "version": "0.1.0", "data hash": "d1", "seed": "1"}
    document = {"network": "pilotnet-torch", "provenance": provenance, "rows": [made(name, out) for name in names]}
    (out / "results.json").write_text(json.dumps(document))
    return 1 if os.environ.get("MADE_UP_FAIL") in names else 0


if sys.argv[1] == "strategies":
    for strategy, recipe in RECIPES.items():
        print(f"{strategy:16} A sentence.\n{'':17}recipe: {recipe}\n{'':17}origin: nobody")
elif sys.argv[1] == "bench":
    def times(p50):
        return {"latency_ms": {"p50": p50, "p99": 2 * p50, "runs": 1000}, "frame_ms": {"p50": 2 * p50}}
    print(json.dumps({"networks": [{"timing": times(0.4 if "baseline" in name else 0.1)} for name in sys.argv[3:]]}))
elif sys.argv[1] == "record":
    record()
elif sys.argv[1] == "tune":
    sys.exit(tune())
