"""The worker of a peer: `python -m worker RUNTIME MODEL NETWORK.json FRAMES CAMERA_FRAMES [key=value ...]`.

NETWORK.json is what `pitlane_worker describe` says. FRAMES and CAMERA_FRAMES are bytes, as the worker of our own engine
reads them, and the commands are the same: see pitlane_worker.cpp. Each call is timed here, around the runtime's own call
alone; the input is in place before and the output is read after it. `path` times all from the frame to the command.
"""

import json
import os
import sys
import time

answers = os.fdopen(os.dup(1), "w", encoding="utf-8")  # libraries may write to the standard output what they like
os.dup2(2, 1)

import numpy as np  # noqa: E402

from worker import picture  # noqa: E402
from worker.runtimes import RUNTIMES  # noqa: E402


def say(line):
    answers.write(json.dumps(line) + "\n")
    answers.flush()


class Runner:
    def __init__(self, runtime, network, frames, camera):
        self.runtime, self.path = runtime, picture.Path(network, runtime.channels_first)
        self.frames = np.fromfile(frames, np.uint8).reshape(-1, *self.path.size)
        self.camera = np.fromfile(camera, np.uint8).reshape(-1, *self.path.source_size)
        self.feeds = {}
        self.last_command = None

    def feed(self, index):
        index %= len(self.frames)
        if index not in self.feeds:
            self.feeds[index] = self.runtime.feed(self.path.as_input(self.frames[index]))
        return self.feeds[index]

    def time_network(self, index):
        self.runtime.set(self.feed(index))
        run = self.runtime.run
        start = time.perf_counter_ns()
        run()
        return (time.perf_counter_ns() - start) / 1e6

    def time_path(self, index):
        frame = self.camera[index % len(self.camera)]
        start = time.perf_counter_ns()
        self.runtime.set(self.runtime.feed(self.path.from_camera(frame)))
        self.runtime.run()
        self.last_command = self.path.command(self.runtime.outputs())
        return (time.perf_counter_ns() - start) / 1e6

    def answers(self, count):
        made = []
        for index in range(count):  # not kept: hundreds of inputs would be most of the memory
            self.runtime.set(self.runtime.feed(self.path.as_input(self.frames[index % len(self.frames)])))
            self.runtime.run()
            made.append([float(value) for value in np.asarray(self.runtime.outputs(), np.float32).ravel()])
        return made

    def obey(self, verb, count=0):
        if verb in ("hot", "path"):
            call = self.time_network if verb == "hot" else self.time_path
            call(count)
            return {"ms": [call(index) for index in range(count)]}
        if verb == "cold":
            return {"ms": [self.time_network(0)]}
        if verb == "command":
            return {"command": self.last_command}
        if verb == "answers":
            return {"answers": self.answers(count)}
        return {"error": f"unknown command '{verb}'"}


def main(name, model, network, frames, camera, *options):
    with open(network, encoding="utf-8") as file:
        described = json.load(file)
    runtime = RUNTIMES[name]()(model, dict(option.split("=", 1) for option in options))
    runner = Runner(runtime, described, frames, camera)
    runner.time_path(0)
    say({"ready": True, "first_command_s": time.monotonic(), "runtime": runtime.version,
         "precision": runtime.precision, "notes": runtime.notes})
    for line in sys.stdin:
        verb, *rest = line.split()
        try:
            say(runner.obey(verb, *map(int, rest)))
        except Exception as error:  # whatever a runtime throws: the coordinator leaves this row out, by name
            say({"error": f"{type(error).__name__}: {error}"})


main(*sys.argv[1:])
