"""The peers' packages, in a virtual environment of their own."""

import hashlib
import shutil
import subprocess
import sys

from coordinator import command, places
from coordinator.failure import Failure

# Bytes on disk, roughly: PyPI's torch brings CUDA's libraries.
SIZES = {"torch": 7_000_000_000, "tensorflow": 2_000_000_000, "openvino": 600_000_000}


def peers():
    """Runtime -> its packages, in the order of peers.txt."""
    table = {}
    for line in (places.SOURCES / "peers.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, packages = line.split(":")
            table[name] = packages.split()
    return table


def stamp(name):
    return places.VENV / f"{name}.installed"


def wanted(packages):
    """What the stamp of an installation holds: the packages in their versions."""
    constraints = (places.SOURCES / "constraints.txt").read_bytes()
    return hashlib.sha256(constraints + " ".join(packages).encode()).hexdigest()


def is_installed(name, packages):
    return stamp(name).is_file() and stamp(name).read_text() == wanted(packages)


def make_environment():
    if places.PYTHON.exists():
        return
    places.BUILD.mkdir(parents=True, exist_ok=True)
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    try:
        command.run([python, "-m", "venv", places.VENV], "venv")
    except Failure as failure:
        raise Failure(f"no virtual environment in {places.VENV}: {failure}; "
                      "on Debian: apt-get install python3-venv") from failure


def install_one(name, packages):
    free = shutil.disk_usage(places.BUILD).free
    need = SIZES.get(name, 300_000_000)
    if free < need:
        raise Failure(f"{name} needs {need / 1e9:.1f} GB in {places.BUILD}, where {free / 1e9:.1f} GB are free; make "
                      "room, or say another folder in PITLANE_PEERS")
    try:
        command.run([places.PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
                     "--constraint", places.SOURCES / "constraints.txt", *packages], f"pip-{name}")
    except Failure as failure:
        raise Failure(f"pip cannot install {' '.join(packages)}: {failure}; is there a network, and room?") from failure
    stamp(name).write_text(wanted(packages))


def install(names, tell, offline=False):
    """Installs what is missing. Returns {runtime: why it is left out}; without the base packages nothing runs at all."""
    make_environment()
    table, missing = peers(), {}
    for name in ["base", *(n for n in table if n in names)]:
        if is_installed(name, table[name]):
            continue
        try:
            if offline:
                raise Failure("not installed")
            tell(f"installing {' '.join(table[name])} (torch: 5 GB)" if name == "torch"
                 else f"installing {' '.join(table[name])}")
            install_one(name, table[name])
        except Failure as failure:
            if name == "base":
                raise
            missing[name] = str(failure)
    return missing


def installed_versions():
    """Package -> version, of all that was named in peers.txt and is there."""
    named = [package for packages in peers().values() for package in packages]
    listed = subprocess.run([places.PYTHON, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
                            capture_output=True, text=True, check=False).stdout
    versions = dict(line.split("==", 1) for line in listed.splitlines() if "==" in line)
    spelt = {name.lower().replace("_", "-"): version for name, version in versions.items()}
    return {name: spelt[name] for name in named if name in spelt}
