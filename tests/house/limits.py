"""Limits that keep the tree readable and free of leftovers: length, size, notes to self, unfilled gaps, paths of
one machine."""

import os
import re
import subprocess

import tree

MAX_LINES = 500
MAX_BYTES = 2 * 1024 * 1024
# The bundled network is data.
ANY_SIZE = {"examples/pilotnet.pit"}
ANY_LENGTH = {"LICENSE"}
COUNTED = {".h", ".cpp", ".py", ".cmake", ".md", ".txt", ".sh", ".js", ".css", ".html", ".fbs", ""}

# Written in two parts so that this file does not find itself.
NOTE_TO_SELF = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + "X|BOOT" + "STRAP)\\b")
ONE_MACHINE = re.compile(r"(?<![\w.:/-])/(home|Users|root|work" + r")/[\w.-]+")
# A gap that somebody wanted to fill.
PLACEHOLDER = re.compile(r"@@\w+@@")


def is_text(content):
    return b"\0" not in content[:8192]


def shell_faults(root, file, text):
    """A script parses, and may be executed."""
    first = text.split("\n", 1)[0]
    if file.suffix == ".sh" or re.match(r"#!.*\b(ba)?sh\b", first):
        parsed = subprocess.run(["bash", "-n", str(root / file)], capture_output=True, text=True, check=False)
        if parsed.returncode != 0:
            yield f"{file}: bash cannot parse it: {parsed.stderr.strip()}"
    if first.startswith("#!") and not os.access(root / file, os.X_OK):
        yield f"{file}: starts with #! but is not executable"


def text_faults(root, file, text):
    lines = text.count("\n")
    if lines > MAX_LINES and file.suffix in COUNTED and str(file) not in ANY_LENGTH:
        yield f"{file}: {lines} lines, more than {MAX_LINES}; split it by concept"
    for number, line in enumerate(text.split("\n"), 1):
        if NOTE_TO_SELF.search(line):
            yield f"{file}:{number}: a note to self; do it, or open an issue"
        if PLACEHOLDER.search(line):
            yield f"{file}:{number}: the placeholder {PLACEHOLDER.search(line).group(0)} is not filled in"
        if ONE_MACHINE.search(line):
            yield f"{file}:{number}: a path that exists on one machine only: {ONE_MACHINE.search(line).group(0)}"
    if "\r" in text:
        yield f"{file}: has carriage returns"
    yield from shell_faults(root, file, text)


def faults(root):
    for file in tree.files(root):
        content = (root / file).read_bytes()
        if len(content) > MAX_BYTES and str(file) not in ANY_SIZE:
            yield f"{file}: {len(content)} bytes, more than {MAX_BYTES}; large files do not belong into the tree"
        elif is_text(content):
            yield from text_faults(root, file, content.decode(errors="replace"))


if __name__ == "__main__":
    tree.close("limits", faults(tree.ROOT), len(tree.files(tree.ROOT)))
