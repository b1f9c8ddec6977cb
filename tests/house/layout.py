"""Sources are laid out by .clang-format, version 14 (others break lines elsewhere)."""

import os
import re
import shutil
import subprocess

import tree

TOOL = "clang-format-14"
WARNING = re.compile(r"^(.+?):(\d+):\d+: (?:error|warning): code should be clang-formatted", re.MULTILINE)


def faults(root):
    """One line per file: where it first differs."""
    files = tree.ours_in_cpp(root)
    if not files:
        return
    checked = subprocess.run(
        [TOOL, "--dry-run", *map(str, files)], cwd=root, capture_output=True, text=True, check=False
    )
    first = {}
    for match in WARNING.finditer(checked.stderr):
        first.setdefault(os.path.relpath(match.group(1), root) if os.path.isabs(match.group(1)) else match.group(1),
                         match.group(2))
    for file, line in sorted(first.items()):
        yield f"{file}:{line}: not laid out as .clang-format says; run {TOOL} -i {file}"
    if checked.returncode != 0:
        yield f"{TOOL} failed: {checked.stderr.strip()[-500:]}"


if __name__ == "__main__":
    if not shutil.which(TOOL):
        tree.tool_missing("layout", TOOL)
    tree.close("layout", faults(tree.ROOT), len(tree.ours_in_cpp(tree.ROOT)))
