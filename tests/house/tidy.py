"""clang-tidy over the .cpp files of a folder, as the given build compiles them: tidy.py BUILD_FOLDER src|tests [--analyze]

With --analyze the path-sensitive checks of clang-analyzer instead of those of .clang-tidy.
Files that a unity build compiles together are checked together: most of the time goes into the headers that they share.
What was found clean is not looked at again until a file of it, a header of ours that it includes, the schema, its compile
command, .clang-tidy or the version of clang-tidy changes.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import tree

TOOL = "clang-tidy-14"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.MULTILINE)
# LibTorch's headers take clang-tidy a minute per file; these few files are left to the compiler's warnings.
TOO_SLOW = ("torch/", "ATen/", "c10/")
ANALYZER = "--checks=-*,clang-analyzer-core.*,clang-analyzer-cplusplus.*"


def compiled_files(file):
    """The file itself, or those that a unity build compiles with it."""
    if not file.name.startswith("unity_"):
        return [file]
    return [pathlib.Path(name) for name in INCLUDE.findall(file.read_text()) if name.endswith(".cpp")]


def compile_commands(build, root):
    """(what is compiled, files of ours in it, compiler arguments)."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        unit = pathlib.Path(entry["directory"], entry["file"]).resolve()
        files = [file for file in compiled_files(unit) if any(file.is_relative_to(root / f) for f in ("src", "tests"))]
        if files:
            yield unit, files, arguments(shlex.split(entry["command"]), entry["directory"])


def arguments(command, directory):
    """What clang needs of g++'s command: include paths, definitions, standard, instruction sets."""
    kept, take_next = [f"-working-directory={directory}"], False
    for word in command:
        if take_next or re.match(r"-(I|D|std=|m(?!tune))", word):
            kept.append(word)
            take_next = False
        elif word == "-isystem":
            kept.append(word)
            take_next = True
    return kept


def closure(files, root):
    """`files`, all headers of ours that they reach, and the headers of others that those name."""
    ours, others, waiting = {}, set(), list(files)
    while waiting:
        path = waiting.pop()
        if path in ours:
            continue
        ours[path] = path.read_bytes()
        for name in INCLUDE.findall(ours[path].decode(errors="replace")):
            near = [p for p in (root / "src" / name, root / "tests" / name, path.parent / name) if p.is_file()]
            waiting += near[:1]
            if not near:
                others.add(name)
    return ours, others


def name_of(common, ours, flags):
    """Name of everything that the verdict depends on."""
    digest = hashlib.sha256(common)
    digest.update("\0".join(flags).encode())
    for path in sorted(ours):
        digest.update(hashlib.sha256(ours[path]).digest())
    return digest.hexdigest()


def check(unit, flags, options, root):
    """Empty if clean, else what clang-tidy says."""
    seen = f"--header-filter={re.escape(str(root))}/(src|tests)/.*"
    if unit.name.startswith("unity_") and not options:
        options = ["--checks=-bugprone-suspicious-include"]  # including .cpp files is all that such a file does
    run = subprocess.run(
        [TOOL, "--quiet", seen, *options, str(unit), "--", *flags],
        cwd=root, capture_output=True, text=True, check=False,
    )
    return "" if run.returncode == 0 else (run.stdout.strip() or run.stderr.strip()).replace(f"{root}/", "")


def sort_work(build, common, root, folder):
    """What to check: (unit, its files, flags, mark); how many files are known to be clean; what is left out."""
    cache = build / "tidy-cache"
    cache.mkdir(exist_ok=True)
    work, known, left_out, looked_at = [], 0, set(), set()
    for unit, files, flags in sorted(compile_commands(build, root)):
        if not files[0].is_relative_to(root / folder):
            continue
        ours, others = closure(files, root)
        mark = cache / name_of(common, ours, flags)
        if any(name.startswith(TOO_SLOW) for name in others):
            left_out.update(files)
            continue
        looked_at.update(files)  # perhaps in one of two targets only
        if mark.exists():
            known += len(files)
        else:
            work.append((unit, files, flags, mark))
    return work, known, [str(file.relative_to(root)) for file in sorted(left_out - looked_at)]


def main(build, folder, root, analyze):
    options = [ANALYZER] if analyze else []
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    schemas = b"".join(p.read_bytes() for p in sorted((root / "src").rglob("*.fbs")))
    common = version + (root / ".clang-tidy").read_bytes() + "".join(options).encode() + schemas
    work, known, left_out = sort_work(build, common, root, folder)

    faults = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (_, _, _, mark), said in zip(work, pool.map(lambda job: check(job[0], job[2], options, root), work)):
            if said:
                faults.append(said)
                print(said, flush=True)
            else:
                mark.touch()
    checked = sum(len(files) for _, files, _, _ in work)
    print(f"tidy: {checked} checked, {known} known to be clean, left out for LibTorch: {' '.join(left_out) or 'none'}")
    tree.close("tidy", [f"{fault.split(':', 1)[0]}: see above" for fault in faults], checked + known)


if __name__ == "__main__":
    if not shutil.which(TOOL):
        tree.tool_missing("tidy", TOOL)
    main(pathlib.Path(sys.argv[1]), sys.argv[2], tree.ROOT, "--analyze" in sys.argv[3:])
