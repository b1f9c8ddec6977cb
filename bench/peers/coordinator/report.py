"""One document of all results, and the same as tables."""

import hashlib

from coordinator import limits
from coordinator.rows import GROUPS
from coordinator.statistics import summary
from coordinator.timing import fastest_peers


def timing(entry, what, limit, fastest):
    """Milliseconds, and how many times the roofline and the fastest peer this takes. None where it was not timed."""
    samples = entry.flat(what)
    if not samples:
        return None
    made = summary(samples)
    made["to_roofline"] = made["p50"] / limit if limit else None
    made["to_fastest_peer"] = None
    if fastest is not None and fastest.samples.get(what):
        made["to_fastest_peer"] = made["p50"] / summary(fastest.flat(what))["p50"]
    return made


def row_document(entry, bounds, fastest, cold_fastest):
    ready = entry.worker.ready
    hot_limit, cold_limit = bounds
    return {
        "runtime": ready["runtime"], "title": entry.row.title, "file": entry.row.file,
        "precision": ready["precision"], "notes": ready["notes"], "mse": entry.mse, "mse_ratio": entry.mse_ratio,
        "largest_difference": entry.difference, "faults": entry.faults, "fastest_peer": entry is fastest,
        "timing": {"hot_ms": timing(entry, "hot", hot_limit, fastest),
                   "cold_ms": timing(entry, "cold", cold_limit, cold_fastest),
                   "path_ms": timing(entry, "path", None, fastest)},
    }


def share_of_zeros(layers):
    return sum(layer["zeros"] for layer in layers) / sum(layer["weights"] for layer in layers)


def network_document(lineup, described, roofline, starts):
    hot, cold = fastest_peers(lineup.entries), fastest_peers(lineup.entries, "cold")
    groups = []
    for key, group in GROUPS.items():
        entries = [entry for entry in lineup.entries if entry.row.group == key]
        if not entries:
            continue
        bounds = [limits.limit_ms(roofline, described[key]["layers"], key, is_cold) for is_cold in (False, True)]
        groups.append({
            "group": key, "title": group.title, "zeros": share_of_zeros(described[key]["layers"]),
            "roofline_instructions": limits.peak(roofline, group.types)[1],
            "timing": {"roofline_hot_ms": bounds[0], "roofline_cold_ms": bounds[1]},
            "rows": [row_document(entry, bounds, hot.get(key), cold.get(key)) for entry in entries]})
    return {"network": lineup.files.name, "source": str(lineup.files.source), "student": student_document(lineup.files),
            "groups": groups, "starts": starts, "left_out": lineup.left_out}


def student_document(files):
    """The file of --student and its hash, so that a kept document says what was compared; None without one."""
    path = files.given.get("student.pit")
    return path and {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def number(value, width=8):
    if value is None:
        return " " * (width - 1) + "-"
    return f"{value:{width}.3f}" if value < 100 else f"{value:{width}.1f}"


def ratio(value):
    return "        -" if value is None else f"{value:8.2f}x"


def change(mse_ratio):
    return f"{100 * (mse_ratio - 1):+8.1f} %" if mse_ratio < 100 else f"{mse_ratio:9.1e}x"


def row_lines(row):
    hot, cold = row["timing"]["hot_ms"], row["timing"]["cold_ms"]
    mark = "!" if row["faults"] else ">" if row["fastest_peer"] else " "
    line = f"{mark} {row['title']:<28}"
    line += "".join(number(hot and hot[key]) for key in ("p50", "p90", "p99", "min"))
    line += ratio(hot and hot["to_fastest_peer"]) + ratio(hot and hot["to_roofline"])
    line += "".join(number(cold and cold[key]) for key in ("p50", "min")) + ratio(cold and cold["to_fastest_peer"])
    line += f"{change(row['mse_ratio'])}  {row['precision']}"
    yield line
    for fault in row["faults"]:
        yield f"    ! {fault}: not compared with"


def full_title(group):
    return group["title"] + (f" ({100 * group['zeros']:.0f} % zeros)" if GROUPS[group["group"]].sparse else "")


def group_lines(network, group):
    t = group["timing"]
    yield ""
    yield (f"{network}, {full_title(group)}: no faster than {t['roofline_hot_ms']:.3f} ms hot, "
           f"{t['roofline_cold_ms']:.3f} ms cold ({group['roofline_instructions']}, reading weights)")
    yield (f"  {'ms':<28}{'p50':>8}{'p90':>8}{'p99':>8}{'min':>8}{'to peer':>9}{'to roof':>9}{'cold':>8}{'min':>8}"
           f"{'to peer':>9}{'error':>10}  as the runtime says")
    for row in group["rows"]:
        yield from row_lines(row)


def path_lines(network):
    rows = [(group["title"], row) for group in network["groups"] for row in group["rows"] if row["timing"]["path_ms"]]
    if not rows:
        return
    yield ""
    yield f"{network['network']}, whole path: camera's frame to command (peers: OpenCV, numpy and the fastest of the group)"
    yield f"  {'ms':<44}{'p50':>8}{'p90':>8}{'p99':>8}{'min':>8}{'to peer':>9}"
    for title, row in rows:
        t = row["timing"]["path_ms"]
        yield (f"  {title + ': ' + row['title']:<44}" + "".join(number(t[k]) for k in ("p50", "p90", "p99", "min")) +
               ratio(t["to_fastest_peer"]))


def start_lines(network):
    if not network["starts"]:
        return
    yield ""
    yield f"{network['network']}, from the start of the process to the first command, and memory after 200 frames"
    yield f"  {'':<44}{'p50':>10}{'min':>10}{'resident':>12}"
    for s in network["starts"]:
        title = s["title"] if s["runtime"] == "none" else f"{GROUPS[s['group']].title}: {s['title']}"
        first = s["first_command_s"]
        yield f"  {title:<44}{first['p50']:>8.3f} s{first['min']:>8.3f} s{s['resident_bytes'] / 1e6:>9.1f} MB"


def machine_lines(document):
    m = document["machine"]
    yield f"{m['processor']}; core {m['core']}, one thread, batch 1; {m['system']}"
    yield "; ".join(f"{name} {version}" for name, version in document["packages"].items())
    yield ("multiply-adds: " + ", ".join(f"{p['type']} {p['macs_per_s'] / 1e9:.0f} G/s ({p['instructions']})"
                                         for p in document["roofline"]["peaks"]))
    for key, title in (("warm", "read again and again"), ("evicted", "read once, caches evicted")):
        yield (f"{title}: " + ", ".join(f"{size(b['bytes'])} {b['bytes_per_s'] / 1e9:.1f} GB/s"
                                        for b in document["roofline"][key]))


def size(count):
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"


def text(document):
    lines = list(machine_lines(document))
    for network in document["networks"]:
        for group in network["groups"]:
            lines += group_lines(network["network"], group)
        lines += path_lines(network)
        lines += start_lines(network)
        if network["left_out"]:
            lines += ["", f"{network['network']}, left out:"]
            lines += [f"  {GROUPS[row['group']].title}: {row['title']}: {row['why']}" for row in network["left_out"]]
    lines += ["", "> the fastest peer of its group; ! not counted, since its answers are too far off; 'to peer': p50 by that "
              "of the fastest peer, below 1 is faster;", "'error': change of the mean squared error on labels against the "
              "network in 32-bit floats (pruned rows: against the pruned one)."]
    return "\n".join(lines)


def is_ours(row):
    return row["runtime"].split()[0] == "pitlane"


def quickest(rows, what):
    """The row with the smallest median of `what`, or None."""
    timed = [row for row in rows if row["timing"][what] and not row["faults"]]
    return min(timed, key=lambda row: row["timing"][what]["p50"], default=None)


def milliseconds(row, what):
    return f"{row['timing'][what]['p50']:.2f} ({row['timing'][what]['min']:.2f})"


def times_as_fast(ours, peer, what):
    return f"**{peer['timing'][what]['p50'] / ours['timing'][what]['p50']:.1f}x**"


def markdown_row(network, group):
    """Cells: what, ours, its share of the roofline, the fastest peer, how many times as fast warm, cold, and from frame to command; or None."""
    ours = quickest([row for row in group["rows"] if is_ours(row)], "hot_ms")
    peers = [row for row in group["rows"] if not is_ours(row)]
    peer = quickest(peers, "hot_ms")
    if ours is None or peer is None:
        return None
    roof = ours["timing"]["hot_ms"]["to_roofline"]
    cells = [f"{network}, {full_title(group)}", milliseconds(ours, "hot_ms"), f"{100 / roof:.0f} %" if roof else "",
             f"{peer['title']} {milliseconds(peer, 'hot_ms')}", times_as_fast(ours, peer, "hot_ms")]
    for what in ("cold_ms", "path_ms"):
        rival = quickest(peers, what)
        cells.append(times_as_fast(ours, rival, what) if rival and ours["timing"][what] else "")
    return cells


def markdown(document):
    """A table for documents: the fastest of ours and of the peers in each group; medians (minima) in milliseconds."""
    rows = [markdown_row(network["network"], group) for network in document["networks"] for group in network["groups"]]
    lines = ["| network, precision | Pitlane | of the roofline | fastest peer | as fast | caches evicted | frame to command |",
             "|---|---|---|---|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in rows if cells])
