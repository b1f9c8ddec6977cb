"""The files of the project: what a check may look at, and how a check reports."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Not ours to judge: made by builds and runs, or by tools.
LEFT_OUT = {".git", "out", "__pycache__", ".cache", ".vscode", ".idea"}


def files(root):
    """All files of the tree, as sorted paths relative to `root`."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in LEFT_OUT and not (f.startswith("build") and folder == str(root))]
        found += [pathlib.Path(folder, name).relative_to(root) for name in names if name not in LEFT_OUT]
    return sorted(found)


def ours_in_cpp(root):
    return [f for f in files(root) if f.suffix in (".h", ".cpp")]


def close(check, faults, seen):
    """Prints the faults and ends with 0 or 1. A check that saw nothing has checked nothing: that is a fault too."""
    faults = list(faults) or ([] if seen else [f"{check}: nothing found to look at"])
    for fault in faults:
        print(fault)
    print(f"{check}: {seen} looked at, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def tool_missing(check, tool):
    """Skips aloud; where CI=true a skip would hide a missing install step, so there it fails."""
    print(f"{check}: {tool} is missing; scripts/install_packages test installs it")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)
