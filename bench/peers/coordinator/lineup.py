"""The workers of one network, all alive at once, so that they can take turns."""

import dataclasses

from coordinator import places
from coordinator.failure import Failure
from coordinator.rows import GROUPS, ROWS, Row
from coordinator.statistics import largest_difference, mean_squared_error
from coordinator.worker import Worker

SPARE_BYTES = 1_500_000_000  # below this much free memory no further worker is started
INT8_MSE = 1.03  # an int8 row may have this much of its float network's error on labels


@dataclasses.dataclass
class Entry:
    """A row that runs, with what was found out about it. `faults`: why it cannot count as a competitor."""

    row: Row
    worker: Worker
    mse: float
    mse_ratio: float
    difference: float
    faults: list
    samples: dict = dataclasses.field(default_factory=dict)  # what was timed: lists of bursts of milliseconds

    def flat(self, what):
        return [ms for burst in self.samples.get(what, []) for ms in burst]


def available_bytes():
    with open("/proc/meminfo", encoding="ascii") as info:
        for line in info:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return SPARE_BYTES


def worker_words(row, files, programs, single=False):
    """The command line of a row's worker. `single`: one frame, for start and memory."""
    path = files.path(row.file)
    frames = [files.frames(name) for name in (("one", "one_camera") if single else ("answers", "camera"))]
    if row.runtime == "pitlane":
        return [programs.worker, "serve", path, *frames]
    options = [o + str(files.folder / f"{row.file}.optimized") if o.endswith("=") else o
               for o in row.options if not (single and o.endswith("="))]
    return [places.PYTHON, "-B", "-m", "worker", row.runtime, path, files.network, *frames, *options]


def check(row, answers, reference, labels):
    """(mse, ratio to the float network's, largest difference, faults), on as many frames as `row` answered."""
    group = GROUPS[row.group]
    reference, labels = reference[:len(answers)], labels[:len(answers)]
    mse, wanted = mean_squared_error(answers, labels), mean_squared_error(reference, labels)
    difference, ratio = largest_difference(answers, reference), mse / wanted
    faults = []
    if not all(value == value for outputs in answers for value in outputs):
        faults.append("outputs are not numbers")
    elif group.tolerance is not None and difference > group.tolerance:
        faults.append(f"outputs differ by {difference:.2g}")
    elif group.tolerance is None and ratio > INT8_MSE:
        faults.append(f"error {100 * (ratio - 1):+.0f} %" if ratio < 10 else f"{ratio:.2g} times the error")
    return mse, ratio, difference, faults


class Lineup:
    def __init__(self, files, programs, core, real_time, labels, frames):
        self.files, self.programs, self.core, self.real_time = files, programs, core, real_time
        self.labels, self.frames = labels[:frames], frames
        self.references, self.entries, self.left_out = {}, [], []

    def start(self, groups, runtimes, missing, tell):
        """Starts all rows of these groups and runtimes; who cannot run is named in `left_out`."""
        for row in ROWS:
            if row.group not in groups or row.runtime not in runtimes:
                continue
            tell(f"{self.files.name}: {GROUPS[row.group].title}: {row.title}")
            try:
                for package in row.packages:
                    if package in missing:
                        raise Failure(missing[package])
                self.entries.append(self.started(row))
            except Failure as failure:
                self.left_out.append({"group": row.group, "title": row.title, "why": str(failure)})

    def started(self, row):
        if available_bytes() < SPARE_BYTES:
            raise Failure("less than 1.5 GB of memory is free; compare fewer at once, with --only, --networks, --groups")
        words = worker_words(row, self.files, self.programs)
        worker = Worker(words, self.core, f"worker-{self.files.name}-{row.group}-{row.title}".replace(" ", "-"))
        try:
            answers = worker.ask(f"answers {min(self.frames, row.frames)}")["answers"]
            entry = Entry(row, worker, *check(row, answers, self.reference(row.group), self.labels))
            if row.runtime != "pitlane" and entry.faults and GROUPS[row.group].tolerance is not None:
                raise Failure(entry.faults[0] + ", so this is another network")
            return entry
        except BaseException:
            worker.end()
            raise

    def reference(self, group):
        """What our engine answers with the group's float network."""
        name = GROUPS[group].reference
        if name not in self.references:
            row = Row("fp32", "pitlane", "", name)
            worker = Worker(worker_words(row, self.files, self.programs), self.core, f"reference-{name}")
            try:
                self.references[name] = worker.ask(f"answers {self.frames}")["answers"]
            finally:
                worker.end()
        return self.references[name]

    def lose(self, entry, failure):
        """A worker that failed while others run: it is named and the rest goes on."""
        entry.worker.end()
        self.entries.remove(entry)
        self.left_out.append({"group": entry.row.group, "title": entry.row.title, "why": str(failure)})

    def end(self):
        for entry in self.entries:
            entry.worker.end()
