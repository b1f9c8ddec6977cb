"""The architecture's arrows: what includes what, against what may.

A module is a folder of src/pitlane. Their order stands in src/pitlane/CMakeLists.txt; a module includes only those
before it, links exactly the modules it includes (DEPENDS), and ARCHITECTURE.md lists the modules in that order and
names a reason for each arrow.
"""

import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.MULTILINE)
MODULES = re.compile(r"(?:set\(\s*PITLANE_MODULES|list\(\s*APPEND\s+PITLANE_MODULES)\s+([^)]*)\)")
DECLARATION = re.compile(r"pitlane_module\(([^)]*)\)")
DRAWN = re.compile(r"^- `(\w+)` → `(\w+)`: ", re.MULTILINE)
LISTED = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
KEYWORDS = {"SOURCES", "HEADERS", "DEPENDS", "PUBLIC", "PRIVATE"}

# Files below these folders are compiled for one instruction set. What they reach may hold no inline code of the standard
# library: the linker keeps one copy of such a function, perhaps the one that only the newest processors can run.
ONE_ISA = ("avx2", "avx512", "avx512vnni", "avx512vbmi2", "avx512bf16", "amx", "neon", "neondot")
NO_CODE = {"cstddef", "cstdint", "cfloat", "climits", "immintrin.h", "arm_neon.h"}

# Which modules may know which library. Whatever is not named here is the standard library's or the system's.
LIBRARIES = {
    "torch/": {"train"},
    "ATen/": {"train"},
    "c10/": {"train"},
    "opencv2/": {"data", "report", "sim", "video"},
    "libavcodec/": {"video"},
    "libavformat/": {"video"},
    "libavutil/": {"video"},
    "libswscale/": {"video"},
    "png.h": {"capture"},
    "jpeglib.h": {"capture"},
    "linux/videodev2.h": {"capture"},
    "flatbuffers/": {"network", "formats"},
    "hdf5": {"formats"},
    "zip.h": {"formats"},
    "google/protobuf/": {"formats"},
    "onnx/": {"formats"},
    "bzlib": {"data"},
    "lz4": {"data"},
    "sqlite3": {"study"},
    "nlohmann/": {"data", "study", "report", "formats"},
    "yaml-cpp/": {"sim", "study", "formats"},
    "CLI/": {"cli"},
}


def without_comments(cmake):
    return re.sub(r"#[^\n]*", "", cmake)


def module_order(root):
    text = without_comments((root / "src/pitlane/CMakeLists.txt").read_text())
    return [name for match in MODULES.finditer(text) for name in match.group(1).split()]


def includes(root):
    """(file, module, included path) for every #include of every module."""
    for file in tree.ours_in_cpp(root / "src/pitlane"):
        if len(file.parts) > 1:
            text = (root / "src/pitlane" / file).read_text(errors="replace")
            for match in INCLUDE.finditer(text):
                yield f"src/pitlane/{file}", file.parts[0], match.group(1)


def declared(root):
    """module -> names in DEPENDS of its pitlane_module(), for modules that have one."""
    result = {}
    for file in sorted((root / "src/pitlane").glob("*/CMakeLists.txt")):
        depends, keyword = set(), ""
        for match in DECLARATION.finditer(without_comments(file.read_text())):
            for word in match.group(1).split():
                if word in KEYWORDS:
                    keyword = word
                elif keyword == "DEPENDS":
                    depends.add(word)
            keyword = ""
            result[file.parent.name] = depends
    return result


def include_faults(root, order):
    """Arrows that point the wrong way, and libraries that a module must not know."""
    rank = {module: i for i, module in enumerate(order)}
    for file, module, path in includes(root):
        if module not in rank:
            yield f"{file}: module '{module}' has no place in src/pitlane/CMakeLists.txt"
        elif path.startswith("pitlane/"):
            target = path.split("/")[1]
            if target not in rank:
                yield f"{file}: includes {path}, of a module without a place in src/pitlane/CMakeLists.txt"
            elif rank[target] > rank[module]:
                yield f"{file}: includes {path}, but {target} comes after {module}; move the code or turn the arrow"
        for library, modules in LIBRARIES.items():
            if path.startswith(library) and module not in modules:
                yield f"{file}: includes <{path}>, which only {', '.join(sorted(modules))} may know"


def isa_faults(root):
    """Headers with code in them that a file for one instruction set reaches."""
    for folder in ONE_ISA:
        waiting, known = sorted((root / "src/pitlane/kernels" / folder).glob("*.cpp")), set()
        while waiting:
            path = waiting.pop()
            known.add(path)
            for name in INCLUDE.findall(path.read_text(errors="replace")):
                near = [p for p in (root / "src" / name, path.parent / name) if p.is_file()]
                waiting += [p for p in near[:1] if p not in known]
                if not near and name not in NO_CODE:
                    yield f"{path.relative_to(root)}: <{name}> is reached from kernels/{folder}; its inline code may leak"


def arrows(root):
    """(module, included module) pairs."""
    result = set()
    for _, module, path in includes(root):
        parts = path.split("/")
        if parts[0] == "pitlane" and parts[1] != module:
            result.add((module, parts[1]))
    return result


def link_faults(root):
    linked = arrows(root)
    for module, depends in declared(root).items():
        needed = {target for source, target in linked if source == module}
        for target in sorted(needed - depends):
            yield f"src/pitlane/{module}/CMakeLists.txt: DEPENDS lacks '{target}', whose headers it includes"
        for target in sorted(depends - needed):
            yield f"src/pitlane/{module}/CMakeLists.txt: DEPENDS names '{target}', but nothing of it is included"


def document_faults(root):
    """ARCHITECTURE.md draws the arrows there are, each with a reason."""
    text = (root / "ARCHITECTURE.md").read_text()
    listed = LISTED.findall(text)
    if listed != module_order(root):
        yield f"ARCHITECTURE.md: lists the modules {' '.join(listed)}, src/pitlane/CMakeLists.txt others or in another order"
    drawn = set(DRAWN.findall(text))
    real = arrows(root)
    for source, target in sorted(real - drawn):
        yield f"ARCHITECTURE.md: no line '- `{source}` → `{target}`: reason', though {source} includes {target}"
    for source, target in sorted(drawn - real):
        yield f"ARCHITECTURE.md: draws {source} → {target}, but {source} includes nothing of {target}"


def faults(root):
    yield from include_faults(root, module_order(root))
    yield from isa_faults(root)
    yield from link_faults(root)
    yield from document_faults(root)


if __name__ == "__main__":
    tree.close("arrows", faults(tree.ROOT), sum(1 for _ in includes(tree.ROOT)))
