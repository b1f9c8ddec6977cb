"""Each check of the tree finds what it is there to find, and is silent about a tree that is as it should be."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import arrows
import layout
import limits
import packages
import registration
import tidy

SOUND = {
    "src/pitlane/CMakeLists.txt": "set(PITLANE_MODULES core engine)\nif(1)\n  list(APPEND PITLANE_MODULES sim)\nendif()\n",
    "src/pitlane/core/CMakeLists.txt": "pitlane_module(core SOURCES a.cpp)\n",
    "src/pitlane/core/a.h": "#pragma once\n",
    "src/pitlane/core/a.cpp": '#include "pitlane/core/a.h"\n',
    "src/pitlane/engine/CMakeLists.txt": "pitlane_module(engine\n  SOURCES b.cpp  # and (more)\n  DEPENDS core)\n",
    "src/pitlane/engine/b.h": "#pragma once\n",
    "src/pitlane/engine/b.cpp": '#include <vector>\n\n#include "pitlane/core/a.h"\n',
    "tests/CMakeLists.txt": "foreach(module core)\nendforeach()\n",
    "tests/core/CMakeLists.txt": "pitlane_test(core SOURCES a_test.cpp MODULES core)\n",
    "tests/core/a_test.cpp": "int main() { return 0; }\n",
    "scripts/packages.txt": "# comment-dev\ng++ build compiler\nlibcore-dev build core\nnlohmann-json3-dev build json\n",
    "src/pitlane/core/use.cmake": "find_package(Core)\nfind_package(nlohmann_json)  # zstd\n",
    "ARCHITECTURE.md": "| `core` |\n| `engine` |\n| `sim` |\n- `engine` → `core`: errors.\n",
    ".clang-format": "BasedOnStyle: Google\n",
}


class CheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for name, text in SOUND.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def expect(self, check, *texts):
        """Exactly these faults, each containing the given text."""
        found = list(check(self.root))
        self.assertEqual(len(found), len(texts), found)
        for fault, text in zip(found, texts):
            self.assertIn(text, fault)


class ArrowsTest(CheckTest):
    def test_sound_tree(self):
        self.expect(arrows.faults)

    def test_wrong_way(self):
        self.write("src/pitlane/core/a.cpp", '#include "pitlane/engine/b.h"\n')
        self.expect(lambda root: arrows.include_faults(root, arrows.module_order(root)), "engine comes after core")

    def test_wrong_way_in_a_subfolder_and_oddly_spaced(self):
        self.write("src/pitlane/engine/avx2/c.h", '  #  include <pitlane/sim/world.h>\n')
        self.expect(lambda root: arrows.include_faults(root, arrows.module_order(root)), "sim comes after engine")

    def test_unknown_modules(self):
        self.write("src/pitlane/magic/m.h", "#include <vector>\n")
        self.write("src/pitlane/engine/b.h", '#include "pitlane/nowhere/x.h"\n')
        self.expect(lambda root: arrows.include_faults(root, arrows.module_order(root)), "without a place", "'magic'")

    def test_code_that_may_leak_from_an_instruction_set(self):
        self.write("src/pitlane/kernels/avx2/k.cpp", '#include <cstddef>\n#include "pitlane/kernels/body.h"\n')
        self.write("src/pitlane/kernels/body.h", "#pragma once\n#include <algorithm>\n")
        self.expect(arrows.isa_faults, "kernels/body.h: <algorithm> is reached from kernels/avx2")

    def test_library_that_the_robot_must_not_know(self):
        self.write("src/pitlane/engine/b.h", "#include <opencv2/core.hpp>\n")
        self.expect(arrows.faults, "<opencv2/core.hpp>")

    def test_included_but_not_linked(self):
        self.write("src/pitlane/engine/CMakeLists.txt", "pitlane_module(engine SOURCES b.cpp)\n# DEPENDS core\n")
        self.expect(arrows.faults, "DEPENDS lacks 'core'")

    def test_linked_but_not_included(self):
        self.write("src/pitlane/sim/CMakeLists.txt", "pitlane_module(sim SOURCES DEPENDS engine PUBLIC core)\n")
        self.expect(arrows.faults, "DEPENDS names 'engine'")

    def test_document_draws_all_arrows_and_no_others(self):
        self.write("ARCHITECTURE.md", "| `engine` |\n| `core` |\n- `sim` → `core`: no longer true.\n")
        self.expect(arrows.faults, "lists the modules engine core", "no line '- `engine` → `core`", "draws sim → core")


class RegistrationTest(CheckTest):
    def test_sound_tree(self):
        self.expect(registration.faults)

    def test_forgotten_files(self):
        self.write("src/pitlane/core/lost.cpp", "")
        self.write("src/pitlane/engine/avx2/lost.cpp", "")
        self.write("tests/core/lost_test.cpp", "")
        self.expect(registration.faults, "core/lost.cpp", "avx2/lost.cpp", "lost_test.cpp: not named")

    def test_named_from_the_folder_above(self):
        self.write("src/pitlane/engine/CMakeLists.txt", "pitlane_module(engine SOURCES b.cpp avx2/c.cpp DEPENDS core)\n")
        self.write("src/pitlane/engine/avx2/c.cpp", "")
        self.expect(registration.faults)

    def test_named_in_a_comment_only(self):
        self.write("tests/core/CMakeLists.txt", "# a_test.cpp\n")
        self.expect(registration.faults, "a_test.cpp: not named")

    def test_forgotten_folders(self):
        self.write("tests/engine/CMakeLists.txt", "")
        self.write("src/pitlane/magic/CMakeLists.txt", "")
        self.expect(registration.faults, "src/pitlane/magic", "tests/engine")


class LimitsTest(CheckTest):
    def test_sound_tree(self):
        self.expect(limits.faults)

    def test_length(self):
        self.write("docs/long.md", "word\n" * 501)
        self.write("docs/short.md", "word\n" * 500)
        self.write("LICENSE", "word\n" * 501)
        self.expect(limits.faults, "docs/long.md: 501 lines")

    def test_size(self):
        for name in ("examples/pilotnet.pit", "examples/other.pit"):
            self.write(name, "\0" * (limits.MAX_BYTES + 1))
        self.expect(limits.faults, "examples/other.pit")

    def test_leftovers(self):
        self.write("src/pitlane/core/a.h", "// TO" + "DO: later\n// see /ho" + "me/someone/x\n// https://a.org/home/x\n")
        self.expect(limits.faults, "a.h:1: a note to self", "a.h:2: a path that exists on one machine only")

    def test_placeholders(self):
        self.write("docs/table.md", "# Table\n\n@" + "@TABLE@" + "@\n\n@word@ and a@@b are none\n")
        self.expect(limits.faults, "docs/table.md:3: the placeholder @" + "@TABLE@" + "@")

    def test_scripts(self):
        self.write("scripts/broken", "#!/usr/bin/env bash\nif true; then\n")
        os.chmod(self.root / "scripts/broken", 0o755)
        self.write("scripts/locked.sh", "#!/usr/bin/env bash\ntrue\n")
        self.expect(limits.faults, "broken: bash cannot parse it", "locked.sh: starts with #! but is not executable")

    def test_builds_are_not_ours(self):
        self.write("build/test/x.cpp", "word\n" * 501)
        self.expect(limits.faults)


@unittest.skipUnless(shutil.which(layout.TOOL), "clang-format is missing")
class LayoutTest(CheckTest):
    def test_sound_tree(self):
        self.expect(layout.faults)

    def test_wrong_layout(self):
        self.write("src/pitlane/core/a.cpp", "int  f( ) ;\n")
        self.expect(layout.faults, "src/pitlane/core/a.cpp:1: not laid out")


class TidyTest(CheckTest):
    def test_arguments_that_clang_needs(self):
        command = "/usr/bin/ccache /usr/bin/c++ -DX=1 -I/a -isystem /b -O3 -Werror -mavx2 -mtune=x -std=c++20 -o a.o -c a.cpp"
        self.assertEqual(
            tidy.arguments(command.split(), "/d"),
            ["-working-directory=/d", "-DX=1", "-I/a", "-isystem", "/b", "-mavx2", "-std=c++20"],
        )

    def test_name_changes_with_a_header_it_reaches(self):
        def name():
            ours, others = tidy.closure([self.root / "src/pitlane/engine/b.cpp"], self.root)
            self.assertEqual(others, {"vector"})
            return tidy.name_of(b"", ours, [])

        before = name()
        self.assertEqual(before, name())
        self.write("src/pitlane/core/a.h", "#pragma once\nint changed;\n")
        self.assertNotEqual(before, name())

    def test_files_of_a_unity_build(self):
        together = self.root / "unity_0_cxx.cxx"
        together.write_text('#include "/x/a.cpp"\n\n#include "/x/b.cpp"\n')
        self.assertEqual(tidy.compiled_files(together), [pathlib.Path("/x/a.cpp"), pathlib.Path("/x/b.cpp")])
        alone = self.root / "alone.cpp"
        self.assertEqual(tidy.compiled_files(alone), [alone])

    @unittest.skipUnless(shutil.which(tidy.TOOL), "clang-tidy is missing")
    def test_finds_a_bug(self):
        shutil.copy(pathlib.Path(__file__).parents[2] / ".clang-tidy", self.root)
        text = "#include <string>\n#include <utility>\nstd::string f(std::string a) {\n  g(std::move(a));\n  return a;\n}\n"
        self.write("src/bug.cpp", text.replace("std::string f", "void g(std::string);\nstd::string f", 1))
        said = tidy.check(self.root / "src/bug.cpp", ["-std=c++20"], [], self.root)
        self.assertIn("bugprone-use-after-move", said)
        self.write("src/fine.cpp", "int f() { return 1; }\n")
        fine = self.root / "src/fine.cpp"
        self.assertEqual(tidy.check(fine, ["-std=c++20"], [], self.root), "")

        unity = self.root / "unity_0_cxx.cxx"
        unity.write_text(f'#include "{fine}"\n')
        self.assertEqual(tidy.check(unity, ["-std=c++20"], [], self.root), "")
        unity.write_text(f'#include "{fine}"\n#include "{self.root}/src/bug.cpp"\n')
        self.assertIn("src/bug.cpp:6:10: error", tidy.check(unity, ["-std=c++20"], [], self.root))


class PackagesTest(CheckTest):
    """scripts/install_packages and the list that it reads."""

    def test_sound_tree(self):
        self.expect(packages.faults)

    def test_library_that_nobody_uses(self):
        self.write("scripts/packages.txt", "libzstd-dev build sections\nlibsqlite3-dev build store\nlibgtest-dev test tests\n")
        self.write("tests/core/a_test.cpp", "#include <gtest/gtest.h>\n#include <sqlite3.h>\nint main() { return 0; }\n")
        self.write("tests/core/CMakeLists.txt", 'pitlane_test(core SOURCES a_test.cpp)\nmessage("zstd")\n')
        self.expect(packages.faults, "libzstd-dev is neither included nor named")

    def test_each_package_has_a_group_and_a_reason(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        lines = [l for l in (root / "scripts/packages.txt").read_text().splitlines() if l and not l.startswith("#")]
        for line in lines:
            words = line.split(None, 2)
            self.assertEqual(len(words), 3, line)
            self.assertIn(words[1], ("build", "test", "frameworks"), line)
        self.assertEqual(len({line.split()[0] for line in lines}), len(lines))

    def test_unknown_group(self):
        script = pathlib.Path(__file__).resolve().parents[2] / "scripts/install_packages"
        run = subprocess.run([script, "magic"], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2)
        self.assertIn("unknown group 'magic'", run.stderr)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
