"""Each library that scripts/packages.txt installs is used: its name stands in an #include or in a CMake file."""

import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', re.MULTILINE)
LIBRARY = re.compile(r"(?:lib)?(.+)-dev")


def plain(name):
    """As packages, headers and CMake's targets all spell it: small letters, no separators, no version at the end."""
    return re.sub(r"[-_.]", "", name.lower()).rstrip("0123456789")


def packages(root):
    lines = (root / "scripts/packages.txt").read_text().splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def named(root):
    """Plain names of everything that an #include or a CMake file, comments and strings aside, names."""
    words = set()
    for file in tree.files(root):
        if file.suffix in (".h", ".cpp"):
            for path in INCLUDE.findall((root / file).read_text(errors="replace")):
                words.update(re.split(r"/|\.h(?:pp)?$", path))
        elif file.name == "CMakeLists.txt" or file.suffix == ".cmake":
            words.update(re.findall(r"[\w.+-]+", re.sub(r'#[^\n]*|"[^"]*"', "", (root / file).read_text())))
    return {plain(word) for word in words}


def faults(root):
    known = named(root)
    for package in packages(root):
        library = LIBRARY.fullmatch(package)
        if library and plain(library.group(1)) not in known:
            yield f"scripts/packages.txt: {package} is neither included nor named in a CMake file; remove it"


if __name__ == "__main__":
    tree.close("packages", faults(tree.ROOT), len(packages(tree.ROOT)))
