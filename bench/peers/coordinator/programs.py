"""Our own programs: built where they are missing or old."""

import os
import pathlib
import shutil

from coordinator import command, places
from coordinator.failure import Failure

TARGETS = ["pitlane", "pitlane_worker", "roofline_bench"]


class Programs:
    def __init__(self, folder):
        self.worker = folder / "bench/peers/pitlane_worker"
        self.roofline = folder / "bench/roofline/roofline_bench"
        given = os.environ.get("PITLANE")
        self.pitlane = pathlib.Path(given).resolve() if given else folder / "pitlane"

    def missing(self):
        return [str(path) for path in (self.pitlane, self.worker, self.roofline) if not os.access(path, os.X_OK)]


def build(tell):
    """The programs of build/release, made new by CMake where sources changed; PITLANE names another `pitlane`."""
    programs = Programs(places.PROGRAMS)
    targets = TARGETS[1:] if os.environ.get("PITLANE") else TARGETS
    tell(f"building {' '.join(targets)} in {places.PROGRAMS}")
    cmake = shutil.which("cmake")
    if cmake is None:
        raise Failure("there is no cmake to build our own programs with; run scripts/install_packages")
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    try:
        command.run([cmake, "--preset", "release", "-DPITLANE_BUILD_BENCHMARKS=ON", *launcher], "cmake", places.ROOT)
        command.run([cmake, "--build", places.PROGRAMS, "--target", *targets], "build", places.ROOT)
    except Failure as failure:
        raise Failure(f"cannot build {' '.join(targets)}: {failure}") from failure
    if programs.missing():
        raise Failure(f"not built: {', '.join(programs.missing())}")
    return programs
