"""What bench/peers/run does without any peer: its tables, its statistics, its limits, its errors."""

import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/peers"))

from coordinator import command, installation, limits, report, statistics, timing  # noqa: E402
from coordinator.failure import Failure  # noqa: E402
from coordinator.lineup import check  # noqa: E402
from coordinator.model_files import RECIPES  # noqa: E402
from coordinator.rows import GROUPS, ROWS, Row  # noqa: E402
from coordinator.worker import Worker  # noqa: E402

ROOFLINE = {"peaks": [{"type": "f32", "instructions": "slow", "macs_per_s": 1e9},
                      {"type": "f32", "instructions": "quick", "macs_per_s": 2e9},
                      {"type": "int8", "instructions": "bytes", "macs_per_s": 8e9}],
            "warm": [{"bytes": 1024, "bytes_per_s": 4e9}, {"bytes": 4096, "bytes_per_s": 2e9}],
            "evicted": [{"bytes": 1024, "bytes_per_s": 1e9}]}


class Tables(unittest.TestCase):
    def test_each_row_has_a_file_that_can_be_made_and_packages_that_are_pinned(self):
        constraints = (ROOT / "bench/peers/constraints.txt").read_text().lower().replace("_", "-")
        peers = installation.peers()
        for row in ROWS:
            with self.subTest(row=row.title, group=row.group):
                self.assertIn(row.group, GROUPS)
                self.assertTrue(row.file in ("float.pit", "student.pit") or row.file in RECIPES)  # these two are given
                for name in row.packages:
                    for package in peers[name]:
                        self.assertIn(f"\n{package}==", "\n" + constraints)

    def test_each_recipe_starts_from_a_file_that_is_there_before_it(self):
        known = {"float.pit"}
        for name, (before, how, *_) in RECIPES.items():
            self.assertIn(before, known, name)
            self.assertTrue(how == "convert" or (ROOT / f"bench/peers/makers/{how}.py").is_file(), name)
            known.add(name)

    def test_each_group_has_our_engine_first(self):
        for group in GROUPS:
            self.assertEqual([row.runtime for row in ROWS if row.group == group][0], "pitlane", group)


class Statistics(unittest.TestCase):
    def test_percentiles_are_order_statistics(self):
        made = statistics.summary(list(range(999, -1, -1)))
        self.assertEqual(made, {"p50": 500, "p90": 900, "p99": 990, "min": 0, "runs": 1000})
        self.assertEqual(statistics.summary([3])["p99"], 3)

    def test_calls_of_one_burst_are_one_observation(self):
        bursts = [[float(i * 37 % 100)] * 10 for i in range(100)]
        self.assertAlmostEqual(statistics.median_half_width(bursts), 10 / 50, delta=0.02)

    def test_the_error_is_the_mean_over_outputs_and_frames(self):
        self.assertAlmostEqual(statistics.mean_squared_error([[0, 1], [2, 0]], [[0, 0], [0, 0]]), 5 / 4)
        self.assertEqual(statistics.largest_difference([[0, 1], [2, 0]], [[0, 0], [3, 0.5]]), 1)


class Limits(unittest.TestCase):
    def test_each_layer_takes_the_longer_of_arithmetic_and_reading(self):
        layers = [{"macs": 4_000_000, "weights": 256, "zeros": 0}, {"macs": 0, "weights": 256, "zeros": 0}]
        # 2 KiB of weights are read at 3 GB/s, half way between 1 and 4 KiB in log(bytes).
        self.assertAlmostEqual(limits.limit_ms(ROOFLINE, layers, "fp32", False), 2 + 1024 / 3e9 * 1e3)
        self.assertAlmostEqual(limits.limit_ms(ROOFLINE, layers, "fp32", True), 2 + 1024 / 1e9 * 1e3)
        self.assertAlmostEqual(limits.limit_ms(ROOFLINE, layers, "int8-static", False), 0.5 + 256 / 4e9 * 1e3)

    def test_zeros_of_pruned_layers_cost_nothing(self):
        layers = [{"macs": 4_000_000, "weights": 256, "zeros": 192}]
        self.assertAlmostEqual(limits.limit_ms(ROOFLINE, layers, "pruned", False), 0.5)
        self.assertAlmostEqual(limits.limit_ms(ROOFLINE, layers, "fp32", False), 2)

    def test_a_type_without_instructions_of_its_own_takes_those_of_f32(self):
        self.assertEqual(limits.peak(ROOFLINE, ("f16", "bf16")), (2e9, "quick"))


class Answers(unittest.TestCase):
    def test_an_int8_row_whose_error_grew_by_more_than_three_per_cent_is_marked(self):
        labels, reference = [[0.0]] * 4, [[0.1]] * 4
        self.assertEqual(check(Row("int8-static", "litert", "", ""), [[0.101]] * 4, reference, labels)[3], [])
        faults = check(Row("int8-static", "litert", "", ""), [[0.11]] * 4, reference, labels)[3]
        self.assertEqual(faults, ["error +21 %"])

    def test_other_outputs_and_no_numbers_are_faults(self):
        labels, reference = [[0.0]], [[0.5]]
        self.assertEqual(check(Row("fp32", "litert", "", ""), [[0.5004]], reference, labels)[3], [])
        self.assertEqual(check(Row("fp32", "litert", "", ""), [[0.6]], reference, labels)[3], ["outputs differ by 0.1"])
        self.assertEqual(check(Row("half", "litert", "", ""), [[float("nan")]], reference, labels)[3],
                         ["outputs are not numbers"])


def entry(runtime, p50, faults=(), group="fp32", title=""):
    worker = types.SimpleNamespace(ready={"runtime": runtime, "precision": "f32", "notes": ""})
    return types.SimpleNamespace(row=Row(group, runtime, title or runtime, "float.onnx"), worker=worker, mse=0.01,
                                 mse_ratio=1.0, difference=0.0, faults=list(faults), samples={"hot": [[p50] * 10]},
                                 flat=lambda what: [p50] * 10 if what == "hot" else [])


class Report(unittest.TestCase):
    def test_the_fastest_peer_is_neither_ours_nor_a_wrong_one(self):
        entries = [entry("pitlane", 1.0), entry("litert", 2.0, ["error +21 %"]), entry("openvino", 3.0),
                   entry("onnxruntime", 4.0)]
        self.assertEqual(timing.fastest_peers(entries)["fp32"].row.runtime, "openvino")

    def test_rows_tell_their_ratio_to_the_fastest_peer_and_to_the_roofline(self):
        lineup = types.SimpleNamespace(
            entries=[entry("pitlane", 1.0), entry("openvino", 4.0), entry("litert", 2.0, ["outputs differ by 1"])],
            files=types.SimpleNamespace(name="pilotnet-torch", source="x.pit", given={}), left_out=[])
        described = {"fp32": {"layers": [{"macs": 1_000_000, "weights": 1, "zeros": 0}]}}
        made = report.network_document(lineup, described, ROOFLINE, [])
        rows = {row["runtime"]: row["timing"]["hot_ms"] for row in made["groups"][0]["rows"]}
        self.assertEqual(rows["pitlane"]["to_fastest_peer"], 0.25)
        self.assertAlmostEqual(rows["pitlane"]["to_roofline"], 2, places=3)
        text = "\n".join(report.group_lines("pilotnet-torch", made["groups"][0]))
        self.assertIn("> openvino", text)
        self.assertIn("! litert", text)
        self.assertIn("outputs differ by 1: not compared with", text)
        self.assertIn("\n| pilotnet-torch, fp32 | 1.00 (1.00) | 50 % | openvino 4.00 (4.00) | **4.0x** |  |  |",
                      report.markdown({"networks": [made]}))


class Errors(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        command.places.LOGS = pathlib.Path(self.folder.name)

    def test_a_program_that_fails_is_told_by_its_last_line(self):
        with self.assertRaisesRegex(Failure, r"^no room \(all of it in .*x\.log\)$"):
            command.run([sys.executable, "-c", "import sys; sys.exit('first\\nno room')"], "x")
        with self.assertRaisesRegex(Failure, "there/is/none: No such file"):
            command.run(["there/is/none"], "x")

    def test_a_worker_that_ends_is_told_by_its_last_line_or_its_signal(self):
        core = min(os.sched_getaffinity(0))
        with self.assertRaisesRegex(Failure, "no such runtime"):
            Worker([sys.executable, "-c", "import sys; sys.exit('no such runtime')"], core, "w")
        with self.assertRaisesRegex(Failure, "ended by SIGILL"):
            Worker([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGILL)"], core, "w")

    def run_it(self, *arguments, **environment):
        return subprocess.run([sys.executable, "-B", ROOT / "bench/peers/run", *arguments], capture_output=True,
                              text=True, check=False, env={**os.environ, **environment})

    def test_bad_arguments_end_with_2_and_one_line(self):
        done = self.run_it("--core", "9999")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^bench/peers/run: --core 9999: this process may run on [\d, ]+ only\n$")
        self.assertEqual(self.run_it("--only", "nothing").returncode, 2)

    def test_a_network_that_nobody_trained_is_named_with_the_remedy(self):
        done = self.run_it("--networks", "tf", PITLANE_NETWORKS=self.folder.name)
        self.assertEqual(done.returncode, 2)
        self.assertIn("bench/networks/train tf", done.stderr)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
