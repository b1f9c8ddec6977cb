"""Turns: each worker runs a burst, then the next one; whatever disturbs the machine disturbs all alike."""

import dataclasses
import statistics

from coordinator.failure import Failure
from coordinator.lineup import worker_words
from coordinator.rows import Row
from coordinator.statistics import median_half_width, summary
from coordinator.worker import Worker

BURST_MS = 30  # a burst is 10 calls, or fewer that take about so long
PRECISION = 0.01  # half width of the median's interval, relative, that ends the rounds


@dataclasses.dataclass(frozen=True)
class Effort:
    rounds: int = 100
    least_rounds: int = 40
    cold_rounds: int = 30
    path_rounds: int = 60
    starts: int = 5
    frames: int = 512  # that outputs are compared on


QUICK = Effort(rounds=3, least_rounds=3, cold_rounds=2, path_rounds=2, starts=1, frames=64)


def burst_size(entry, what):
    """10, or what fits into BURST_MS."""
    known = entry.samples.get(what)
    if not known:
        return 1
    return max(1, min(10, int(BURST_MS / max(1e-3, statistics.median(known[0])))))


def take_turn(lineup, entry, what, count):
    try:
        if lineup.real_time:
            entry.worker.set_real_time(True)
        entry.samples.setdefault(what, []).append(entry.worker.ask(f"{what} {count}")["ms"])
        if lineup.real_time:
            entry.worker.set_real_time(False)
    except (Failure, FileNotFoundError) as failure:  # the latter: its process is gone
        lineup.lose(entry, failure)


def precise(entries, what):
    return all(median_half_width(entry.samples[what]) <= PRECISION for entry in entries)


def warm_up(lineup, entries, what):
    """Worker -> how many calls make a burst of it. What is timed here does not count."""
    counts = {}
    for entry in list(entries):
        take_turn(lineup, entry, what, 1)
        if entry in lineup.entries:
            counts[entry.worker] = burst_size(entry, what)
            take_turn(lineup, entry, what, counts[entry.worker])
        entry.samples[what] = []
    return counts


def time_hot(lineup, entries, what, rounds, least_rounds, tell):
    """`what` is hot or path."""
    counts = warm_up(lineup, entries, what)
    for number in range(rounds):
        alive = [entry for entry in entries if entry in lineup.entries]
        for entry in alive:
            take_turn(lineup, entry, what, counts[entry.worker])
        tell(f"{lineup.files.name}: {what}, round {number + 1} of at most {rounds}")
        if number + 1 >= least_rounds and number % 8 == 0 and precise(alive, what):
            break


def time_cold(lineup, evictor, rounds, tell):
    for number in range(rounds):
        for entry in list(lineup.entries):
            evictor.ask("evict")
            take_turn(lineup, entry, "cold", 1)
        tell(f"{lineup.files.name}: cold, round {number + 1} of {rounds}")


def fastest_peers(entries, what="hot"):
    """Group -> the fastest entry that is no one of ours and has no faults."""
    best = {}
    for entry in entries:
        if entry.row.runtime == "pitlane" or entry.faults or not entry.samples.get(what):
            continue
        p50 = summary(entry.flat(what))["p50"]
        if entry.row.group not in best or p50 < best[entry.row.group][0]:
            best[entry.row.group] = (p50, entry)
    return {group: entry for group, (_, entry) in best.items()}


def time_paths(lineup, effort, tell):
    """From frame to command: ours and the fastest peer of each group."""
    fastest = fastest_peers(lineup.entries)
    chosen = [entry for entry in lineup.entries
              if entry in fastest.values() or (entry.row.runtime == "pitlane" and entry.row.group in fastest)]
    time_hot(lineup, chosen, "path", effort.path_rounds, effort.path_rounds // 2, tell)


# Which rows show start and memory: one file a runtime, in 32-bit floats and in int8.
START_GROUPS = ("fp32", "int8-static")


def start_rows(lineup):
    """Of each runtime the first row of these groups that runs; and Python alone, which the others' workers hold too."""
    rows, seen = [], set()
    for entry in lineup.entries:
        key = (entry.row.group, entry.row.runtime)
        if entry.row.group in START_GROUPS and key not in seen:
            seen.add(key)
            rows.append(entry.row)
    if any(row.runtime != "pitlane" for row in rows):
        rows.append(Row("fp32", "none", "Python, numpy and OpenCV alone", "float.pit"))
    return rows


def start_once(lineup, row, found):
    words = worker_words(row, lineup.files, lineup.programs, single=True)
    worker = Worker(words, lineup.core, f"start-{row.runtime}")
    try:
        found["first_command_s"].append(worker.first_command_s)
        worker.ask("path 10" if row.runtime == "keras" else "path 200")
        found["resident_bytes"] = max(found["resident_bytes"], worker.resident_bytes())
    finally:
        worker.end()


def time_starts(lineup, starts, tell):
    """[{row, first_command_s, resident_bytes}]: from the start of the process to the first command, and what it holds
    after 200 frames."""
    found = {row: {"first_command_s": [], "resident_bytes": 0} for row in start_rows(lineup)}
    for number in range(starts):
        for row in list(found):
            tell(f"{lineup.files.name}: start {number + 1} of {starts}: {row.title}")
            try:
                start_once(lineup, row, found[row])
            except Failure as failure:
                del found[row]
                lineup.left_out.append({"group": row.group, "title": f"{row.title}, start", "why": str(failure)})
    return [{"group": row.group, "title": row.title, "runtime": row.runtime,
             "first_command_s": {"p50": statistics.median(v["first_command_s"]), "min": min(v["first_command_s"])},
             "resident_bytes": v["resident_bytes"]} for row, v in found.items()]
