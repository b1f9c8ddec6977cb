"""One row as it is kept: a small JSON file, made from what `pitlane tune` wrote, checked when it is read again."""

import hashlib
import json
import math
import platform

from . import pieces
from .failure import Failure

FORMAT = 1
# Instructions that decide which kernels run, as Linux spells them.
FLAGS = ("avx2", "fma", "f16c", "avx_vnni", "avx512f", "avx512_vnni", "avx512_vbmi2", "avx512_bf16", "amx_tile", "amx_int8",
         "amx_bf16", "asimd", "asimddp")
NUMBERS = ("size_bytes", "mse", "samples", "sparsity")
TEXTS = ("network", "data", "strategy", "recipe", "command", "version")
MEASURED_TEXTS = ("network_hash", "baseline_hash", "data_hash", "file_sha256")


def processor_flags():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            lines = [line.split(":", 1)[1].split() for line in info if line.startswith(("flags", "Features"))]
    except OSError:
        lines = []
    return [flag for flag in FLAGS if lines and flag in lines[0]]


def machine(provenance):
    """What decides times, and nothing that names the machine itself."""
    told = {key: provenance[key] for key in ("processor", "instruction set", "cores", "system") if key in provenance}
    return {**told, "flags": processor_flags()} if told else {"processor": platform.machine(), "flags": processor_flags()}


def lap_name(lap):
    return f"{lap['circuit']}{' reversed' if lap['reverse'] else ''}, {lap['latency']}"


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


def laps_of(laps):
    if not laps:
        return None
    means = [lap["deviation_m"]["mean"] for lap in laps]
    kept = {"circuits": sorted({lap["circuit"] for lap in laps}), "driven": len(laps), "completed": sum(lap["completed"] for lap in laps),
            "not_completed": [lap_name(lap) for lap in laps if not lap["completed"]],
            "mean_deviation_m": mean(means), "largest_mean_deviation_m": max(means),
            "largest_deviation_m": max(lap["deviation_m"]["max"] for lap in laps)}
    timed = [lap["timing"] for lap in laps if "inference_ms" in lap.get("timing", {})]
    if len(timed) == len(laps):
        kept["inference_ms"] = mean(timing["inference_ms"] for timing in timed)
        kept["iteration_hz"] = mean(timing["iteration_hz"] for timing in timed)
    return kept


def drives_the_circuits(kept):
    """Whether a row drove pieces.CIRCUITS, or nothing. Rows of before the circuits were kept drove these nine."""
    return "circuits" not in (kept.get("laps") or {}) or set(kept["laps"]["circuits"]) == set(pieces.CIRCUITS)


def drove_beside_other_work(kept):
    """Rows of before it was kept apart say it with their times."""
    return kept.get("laps_beside_other_work", kept.get("other_work_beside", False))


def same_laps(kept, made):
    """Whether both tell of the same drives: no two take the same time."""
    ours, theirs = kept.get("laps") or {}, made.get("laps") or {}
    return "inference_ms" in ours and ours["inference_ms"] == theirs.get("inference_ms")


def timing_of(result, baseline):
    if not result.get("timing", {}).get("latency_ms"):
        return None
    return timing_beside(result["timing"], baseline["timing"])


def timing_beside(timing, baseline):
    """Times of a network and of the baseline, of one run, as the program writes them."""
    latency, first = timing["latency_ms"], baseline["latency_ms"]
    kept = {"p50_ms": latency["p50"], "p99_ms": latency["p99"], "runs": latency["runs"], "baseline_p50_ms": first["p50"],
            "baseline_p99_ms": first["p99"], "times_as_fast": first["p50"] / latency["p50"]}
    if "frame_ms" in timing:
        kept["frame_p50_ms"] = timing["frame_ms"]["p50"]
    return kept


def from_results(results, group, strategy, folder, shared, shared_laps):
    """The row of `strategy` in the document results.json that tune wrote into `folder`. Whether the machine did other work
    while it was timed (`shared`), and while it drove its laps."""
    try:
        return taken(results, group, strategy, folder, shared, shared_laps)
    except (KeyError, TypeError, AttributeError) as error:
        raise Failure(f"{folder / 'results.json'}: the row {strategy} is not as this version of pitlane writes it "
                      f"({error})") from error


def taken(results, group, strategy, folder, shared, shared_laps):
    found = [row for row in results["rows"] if row["strategy"] == strategy]
    if not found:
        raise Failure(f"{folder / 'results.json'} has no row {strategy}")
    result, baseline, provenance = found[0], results["rows"][0], results["provenance"]
    kept = {"format": FORMAT, "network": group.network, "data": group.data, "seed": group.seed, "strategy": strategy,
            "recipe": result["recipe"], "command": group.command(strategy), "version": provenance.get("version", ""),
            "code": provenance.get("code", ""), "machine": machine(provenance)}
    if "failure" in result:
        return {**kept, "failure": result["failure"]}
    if "mse" not in result:
        raise Failure(f"{folder / 'results.json'}: {strategy} was not judged offline")
    file = folder / result["file"]
    kept |= {"network_hash": result["network_hash"], "baseline_hash": baseline["network_hash"],
             "data_hash": provenance.get("data hash", ""), "file_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
             "size_bytes": result["size_bytes"], "sparsity": result["sparsity"], "mse": result["mse"],
             "outputs": {output["name"]: output["mse"] for output in result["outputs"]}, "samples": result["samples"],
             "laps": laps_of(result["laps"]), "timing": timing_of(result, baseline), "other_work_beside": shared,
             "laps_beside_other_work": shared_laps}
    if not kept["laps"]:
        kept["why_not_driven"] = result.get("why_not_driven", "")
    return kept


def text(row):
    return json.dumps(row, indent=1, ensure_ascii=False) + "\n"


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def need(row, path, kind, names, good):
    for name in names:
        if not good(row.get(name)):
            raise Failure(f"{path}: '{name}' is no {kind}; delete the file and make it again")


def check_parts(row, path):
    """The optional parts: they are absent, or whole."""
    if not isinstance(row.get("machine"), dict) or not isinstance(row["machine"].get("flags"), list):
        raise Failure(f"{path}: 'machine' is no object with flags; delete the file and make it again")
    laps, timing, outputs = row.get("laps"), row.get("timing"), row.get("outputs")
    if not isinstance(outputs, dict) or not all(map(is_number, outputs.values())):
        raise Failure(f"{path}: 'outputs' are no numbers by name; delete the file and make it again")
    for name, part, numbers in (
            ("laps", laps, ("driven", "completed", "mean_deviation_m", "largest_mean_deviation_m", "largest_deviation_m")),
            ("timing", timing, ("p50_ms", "p99_ms", "baseline_p50_ms", "times_as_fast"))):
        if part is None:
            continue
        if not isinstance(part, dict):
            raise Failure(f"{path}: '{name}' is no object; delete the file and make it again")
        need(part, f"{path}: {name}", "number", numbers, is_number)
    for name in ("not_completed", *(("circuits",) if laps and "circuits" in laps else ())):
        if laps and not (isinstance(laps.get(name), list) and all(isinstance(x, str) for x in laps[name])):
            raise Failure(f"{path}: laps: '{name}' is no list of texts; delete the file and make it again")


def read(path, group, strategy):
    """A kept row, or None where there is none. Errors: no JSON, another row's, a member that is missing or no number."""
    if not path.exists():
        return None
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Failure(f"{path}: no JSON ({error}); delete the file and make it again") from error
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        raise Failure(f"{path}: no row of format {FORMAT}; delete the file and make it again")
    need(row, path, "text", TEXTS, lambda value: isinstance(value, str))
    found = row["network"], row["data"], row.get("seed"), row["strategy"]
    if found != (group.network, group.data, group.seed, strategy):
        raise Failure(f"{path}: holds the row {', '.join(map(str, found))}; it lies in the wrong place")
    if "failure" in row:
        need(row, path, "text", ("failure",), lambda value: isinstance(value, str))
        return row
    need(row, path, "text", MEASURED_TEXTS, lambda value: isinstance(value, str))
    need(row, path, "number", NUMBERS, is_number)
    need(row, path, "number above 0", ("size_bytes", "samples", "mse"), lambda value: value > 0)
    check_parts(row, path)
    return row


def keep(row, path):
    """Whole or not at all, whenever one is interrupted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(text(row), encoding="utf-8")
    beside.replace(path)
