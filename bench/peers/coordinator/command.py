"""Other programs, to their end: quiet, their output in a log, and stopped with us."""

import os
import signal
import subprocess

from coordinator import places
from coordinator.failure import Failure, last_line


def quiet_environment():
    """One thread for every library that asks the environment, no talk, no graphics card."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1", "TF_ENABLE_ONEDNN_OPTS": "1",
            # As in scripts/build: else no file with a precompiled header comes from the cache.
            "CCACHE_SLOPPINESS": os.environ.get("CCACHE_SLOPPINESS", "pch_defines,time_macros")}


def run(words, log, folder=None):
    """Returns the standard output. A Failure says the last line of the error output and where the rest is."""
    places.LOGS.mkdir(parents=True, exist_ok=True)
    path = places.LOGS / f"{log}.log"
    with open(path, "w", encoding="utf-8") as errors:
        try:
            process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, cwd=folder,
                                       stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
                                       env=quiet_environment())
        except OSError as error:
            raise Failure(f"{words[0]}: {error.strerror}") from error
        try:
            output, _ = process.communicate()
        except BaseException:  # Ctrl-C: the program and all that it started
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    if process.returncode != 0:
        with open(path, encoding="utf-8", errors="replace") as errors:
            told = errors.read()
        raise Failure(f"{last_line(told or output)} (all of it in {path})")
    return output
