"""No file is left behind: every source and every test on disk is named in a CMakeLists.txt that is reached."""

import re

import tree


def words(root, folder):
    """Everything that the CMakeLists.txt of `folder` names, comments aside."""
    path = root / folder / "CMakeLists.txt"
    if not path.exists():
        return set()
    return set(re.sub(r"#[^\n]*", "", path.read_text()).replace("(", " ").replace(")", " ").split())


def named(root, file, top):
    """Whether a CMakeLists.txt in the file's folder, or in one above it up to `top`, names it."""
    folder = file.parent
    while folder.parts[: len(top)] == top:
        if str(file.relative_to(folder)) in words(root, folder):
            return True
        folder = folder.parent
    return False


def faults(root):
    for file in tree.files(root):
        if file.parts[0] == "tests" and file.name.endswith("_test.cpp") and not named(root, file, ("tests",)):
            yield f"{file}: not named in a CMakeLists.txt, so it never runs"
        if file.parts[0] == "src" and file.suffix == ".cpp" and not named(root, file, ("src",)):
            yield f"{file}: not named in a CMakeLists.txt, so it is never compiled"
        if file.parts[0] == "tests" and len(file.parts) == 3 and file.name == "CMakeLists.txt":
            if file.parts[1] not in words(root, "tests"):
                yield f"{file}: tests/CMakeLists.txt does not name the folder, so its tests never run"
        if file.parts[:2] == ("src", "pitlane") and len(file.parts) == 4 and file.name == "CMakeLists.txt":
            if file.parts[2] not in words(root, "src/pitlane"):
                yield f"{file}: src/pitlane/CMakeLists.txt does not name the folder, so it is never built"


if __name__ == "__main__":
    seen = [f for f in tree.files(tree.ROOT) if f.name == "CMakeLists.txt" or f.suffix == ".cpp"]
    tree.close("registration", faults(tree.ROOT), len(seen))
