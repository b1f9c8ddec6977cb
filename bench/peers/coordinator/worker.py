"""A worker process: started on one core, asked one thing at a time, ended."""

import json
import os
import select
import signal
import subprocess
import time

from coordinator import command, places
from coordinator.failure import Failure, last_line

ANSWER_S = 180  # the slowest start on a busy machine, or 512 outputs


class Worker:
    """`words` is the command line. The first line of its output says that it is ready."""

    def __init__(self, words, core, log, served=True):
        places.LOGS.mkdir(parents=True, exist_ok=True)
        self.log = places.LOGS / f"{log}.log"
        self.waiting = b""
        started = time.monotonic()
        with open(self.log, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                [str(word) for word in words], cwd=places.SOURCES, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, start_new_session=True, env=command.quiet_environment(),
                preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        self.ready = {}
        if served:
            try:
                self.ready = self.read()
            except BaseException:
                self.end()
                raise
            self.first_command_s = self.ready["first_command_s"] - started

    def ask(self, line):
        try:
            self.process.stdin.write((line + "\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # reading says why
        answer = self.read()
        if "error" in answer:
            raise Failure(answer["error"])
        return answer

    def read(self):
        """One line of JSON within ANSWER_S."""
        end = time.monotonic() + ANSWER_S
        pipe = self.process.stdout.fileno()
        while b"\n" not in self.waiting:
            readable, _, _ = select.select([pipe], [], [], max(0, end - time.monotonic()))
            if not readable:
                raise Failure(f"no answer within {ANSWER_S} s (its log: {self.log})")
            part = os.read(pipe, 1 << 20)
            if not part:
                raise Failure(self.cause_of_end())
            self.waiting += part
        line, self.waiting = self.waiting.split(b"\n", 1)
        return json.loads(line)

    def cause_of_end(self):
        code = self.process.wait()
        if code < 0:
            return f"ended by {signal.Signals(-code).name} (its log: {self.log})"
        with open(self.log, encoding="utf-8", errors="replace") as errors:
            return f"{last_line(errors.read())} (its log: {self.log})"

    def set_real_time(self, on):
        """All its threads: while they have something to do, nobody else gets the core. PermissionError without the right."""
        policy, priority = (os.SCHED_FIFO, 1) if on else (os.SCHED_OTHER, 0)
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                os.sched_setscheduler(int(thread), policy, os.sched_param(priority))
            except ProcessLookupError:
                pass  # it ended meanwhile

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
