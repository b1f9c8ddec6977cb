"""What bench/results/run does without pitlane: what it keeps, what it makes again, its tables, its errors."""

import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/results"))

from collector import cells, document, headlines, pieces, published, row, summary, targets  # noqa: E402
from collector.failure import Failure  # noqa: E402

TORCH = "pilotnet-torch"


def made_up(strategy, mse, seed=1, size=1_000_000, completed=(), p50=0.5, **changes):
    lost = list(completed)
    return {"format": 1, "network": TORCH, "data": "simulator", "seed": seed, "strategy": strategy, "recipe": "r(epochs=2)",
            "command": "c", "version": "0.1.0", "machine": {"processor": "Made-up 1", "cores": "2", "flags": ["avx2"]},
            "network_hash": strategy, "baseline_hash": f"b{seed}", "data_hash": "d", "file_sha256": "0", "size_bytes": size,
            "sparsity": 0.25, "mse": mse, "outputs": {"v": mse * 1.5, "w": mse / 2}, "samples": 4780,
            "laps": {"driven": 4, "completed": 4 - len(lost), "not_completed": lost, "mean_deviation_m": 0.1,
                     "largest_mean_deviation_m": 0.2, "largest_deviation_m": 0.75, "inference_ms": p50,
                     "iteration_hz": 1e3 / p50},
            "timing": {"p50_ms": p50, "p99_ms": 2 * p50, "baseline_p50_ms": 0.5, "baseline_p99_ms": 1.0,
                       "times_as_fast": 0.5 / p50, "runs": 1000}, "other_work_beside": False, **changes}


class Kept(unittest.TestCase):
    """A folder of made-up rows."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.runs = self.folder / "runs"

    def keep(self, *rows):
        for made in rows:
            group = pieces.Group(made["network"], made["data"], made["seed"])
            row.keep(made, pieces.row_file(group, made["strategy"], self.runs))

    def summaries(self):
        return summary.summaries(summary.read_all(self.runs, TORCH, "simulator"))

    def table_row(self, strategy, text=None):
        lines = (text or document.markdown(self.runs)).split(f"## {TORCH} on the simulator's", 1)[1].splitlines()
        line = next(line for line in lines if line.startswith(f"| `{strategy}` |"))
        return dict(zip(document.HEAD, [cell.strip() for cell in line.strip("|").split("|")]))


class Arithmetic(Kept):
    def test_a_mean_over_three_seeds_has_the_interval_of_student(self):
        # Deviation of 1, 2, 3 is 1: 4.303 / sqrt(3) on either side.
        middle, half = summary.interval([1, 2, 3])
        self.assertEqual(middle, 2)
        self.assertAlmostEqual(half, 2.4843, places=4)
        self.assertEqual(summary.interval([7]), (7, None))

    def test_each_seed_is_compared_with_its_own_baseline_and_its_own_control(self):
        for seed, scale in ((1, 1), (2, 2), (3, 4)):
            self.keep(made_up("baseline", 0.01 * scale, seed), made_up("fine_tune", 0.008 * scale, seed),
                      made_up("int4", 0.01 * scale * (1 + seed / 100), seed))
        int4 = self.summaries()["int4"]
        self.assertEqual(cells.share(int4.against("baseline")), "+2.0 ± 2.5 %")
        self.assertEqual(cells.share(int4.against("fine_tune")), "+27.5 ± 3.1 %")

    def test_deviations_are_compared_with_those_of_the_baseline_of_their_seed(self):
        for seed, metres in ((1, 0.10), (2, 0.20), (3, 0.40)):
            baseline, int4 = made_up("baseline", 0.01, seed), made_up("int4", 0.01, seed)
            baseline["laps"]["mean_deviation_m"] = metres
            int4["laps"]["mean_deviation_m"] = metres + seed / 100
            self.keep(baseline, int4)
        self.assertEqual(self.table_row("int4")["to baseline, m"], "+0.020 ± 0.025")
        self.assertEqual(self.table_row("baseline")["to baseline, m"], "–")
        self.keep(made_up("int2", 0.01, laps=None))
        self.assertEqual(self.table_row("int2")["to baseline, m"], "–")

    def test_a_row_of_another_baseline_is_not_compared_with_this_one(self):
        self.keep(made_up("baseline", 0.01), made_up("int4", 0.02, baseline_hash="another"))
        self.assertIsNone(self.summaries()["int4"].against("baseline"))

    def test_numbers_of_the_table(self):
        self.keep(made_up("baseline", 0.01, size=4 * cells.MIB),
                  made_up("dynamic_quan", 0.0102, size=cells.MIB, p50=0.125))
        made = self.table_row("dynamic_quan")
        self.assertEqual([made[key] for key in ("seeds", "MiB", "zeros", "MSE", "by output", "to baseline", "to its control")],
                         ["1", "1.00", "25 %", "0.0102", "v 0.0153, w 0.00510", "+2.0 %", "–"])
        self.assertEqual([made[key] for key in ("p50, ms", "p99, ms", "as fast", "laps", "mean deviation, m", "to baseline, m",
                                                "largest mean", "largest", "holds")],
                         ["0.125", "0.250", "4.00x", "4 of 4", "0.100", "±0.000", "0.200", "0.750", "yes"])

    def test_each_row_stands_beside_the_control_that_trained_as_it_did(self):
        self.keep(made_up("baseline", 0.01), made_up("fine_tune", 0.008), made_up("fine_tune_long", 0.005),
                  made_up("quan_aware_control", 0.01), made_up("prune", 0.006), made_up("prune_quan", 0.01),
                  made_up("quan_aware", 0.011), made_up("clust_qat", 0.01), made_up("int4", 0.01))
        text = document.markdown(self.runs)
        told = {name: self.table_row(name, text)["to its control"] for name in
                ("prune", "prune_quan", "quan_aware", "clust_qat", "int4", "fine_tune_long")}
        self.assertEqual(told, {"prune": "+20.0 %", "prune_quan": "+25.0 %", "quan_aware": "+10.0 %", "clust_qat": "(+100.0 %)",
                                "int4": "–", "fine_tune_long": "–"})

    def test_headlines_are_ratios_to_the_baseline(self):
        self.keep(made_up("baseline", 0.01, size=4_000_000), made_up("dynamic_quan", 0.01, size=1_000_000, p50=0.1),
                  made_up("float16_quan", 0.01, p50=0.25))
        found = self.summaries()
        told = [cells.times(pick(found, strategy)) for *_, strategy, (_, pick, _), _ in headlines.HEADLINES]
        self.assertEqual(told, ["4.00x", "4.00x", "–", "5.00x", "2.00x", "2.00x", "–"])

    def test_the_smallest_file_at_no_more_error(self):
        self.keep(made_up("baseline", 0.01, size=9_000), made_up("int4", 0.0101, size=100),
                  made_up("prune", 0.01, size=3_000))
        ratio, name = targets.smallest(self.summaries())
        self.assertEqual((round(ratio, 3), name), (3, "prune"))


class Targets(Kept):
    def test_limits_are_three_per_cent_and_ten_for_int4_and_pruned_rows(self):
        self.keep(made_up("baseline", 0.01), *[made_up(name, 0.0105) for name in ("int8", "int4", "prune_qat", "int2")])
        told = {name: found.holds_error() for name, found in self.summaries().items() if found.rows}
        self.assertEqual(told, {"baseline": None, "int8": False, "int4": True, "prune_qat": True, "int2": None})
        self.assertEqual(len(targets.LIMITED), 17)
        text = document.markdown(self.runs)
        self.assertIn("| pilotnet-torch, simulator | 2 of 17 | `int8` (+5.0 %) | `fp32`, ", text)
        self.assertEqual(self.table_row("int8", text)["holds"], "no: error")

    def test_a_seed_beyond_the_limit_is_named_where_the_mean_holds(self):
        for seed, mse in ((1, 0.01), (2, 0.0104), (3, 0.01)):
            self.keep(made_up("baseline", 0.01, seed), made_up("quan_aware", mse, seed))
        self.assertEqual(self.table_row("quan_aware")["holds"], "yes (seed 2 +4.0 %)")

    def test_a_lap_counts_as_lost_only_where_the_baseline_completes_it(self):
        self.keep(made_up("baseline", 0.01, completed=["tight, 60ms"]),
                  made_up("int8", 0.01, completed=["tight, 60ms"]), made_up("int4", 0.01, completed=["mixed, none"]))
        text = document.markdown(self.runs)
        self.assertEqual(self.table_row("int8", text)["holds"], "yes")
        self.assertEqual(self.table_row("int4", text)["holds"], "no: laps")
        self.assertIn("`int4`: mixed, none (seed 1)", text)


class Document(Kept):
    def test_what_is_missing_is_named(self):
        self.keep(made_up("baseline", 0.01), made_up("int4", 0.01), made_up("baseline", 0.01, 2),
                  {**made_up("prune", 1), "failure": "no room on the disk"})
        text = document.markdown(self.runs)
        self.assertIn("- measured on 1 of 3 seeds: `int4`\n- measured on 2 of 3 seeds: `baseline`\n"
                      "- `prune` failed on seed 1: no room on the disk\n", text)
        self.assertRegex(text, r"- not measured at all: `fine_tune`, `fine_tune_long`, .*`fp32`, .*`prune`")
        self.assertEqual(self.table_row("shrink", text)["seeds"], "not measured")
        self.assertEqual(text.count("Nothing has been measured yet"), 3)

    def test_rows_of_two_recipes_under_one_name_are_told_apart(self):
        for network, recipe in (("pilotnet-torch", "a(epochs=1)"), ("pilotnet-tf", "b(epochs=2)")):
            self.keep(made_up("baseline", 0.01, network=network), made_up("int4", 0.01, network=network, recipe=recipe))
        text = document.markdown(self.runs)
        self.assertEqual(text.count("Not the same recipe in all tables; here:\n\n- `int4`: "), 2)
        self.assertIn("- `int4`: `a(epochs=1)`\n", text)
        self.assertIn("- `int4`: `b(epochs=2)`\n", text)

    def test_published_drives_stand_beside_ours_of_their_network(self):
        self.keep(made_up("baseline", 0.01, network="pilotnet-tf"), made_up("fp32", 0.01, network="pilotnet-tf", p50=0.25))
        text = document.markdown(self.runs)
        self.assertIn("| pilotnet-tf, `fp32` | TF-TRT | 8.32 | 4.94 | 60.3 | 6.5 | 4 of 4 | 0.100 | 4,000 | 0.250 |", text)
        self.assertIn("| pilotnet-torch, `prune_quan` | PyTorch | 8.84 | 4.61 | 34.4 | 12.5 | not measured | – | – | – |", text)
        self.assertEqual(text.count("| pilotnet-tf, `"), 5)

    def test_the_code_that_made_a_row_is_named(self):
        self.keep(made_up("baseline", 0.01, code="0123abcd4567"), made_up("int4", 0.01, code="0123abcd4567"))
        self.assertIn("Made by the code 0123abcd4567 (the first digits", document.markdown(self.runs))
        self.keep(made_up("baseline", 0.01))
        self.assertIn("Made by the code 0123abcd4567: `int4`.", document.markdown(self.runs))
        self.keep(made_up("prune", 0.01, code="89ab"), made_up("prune_quan", 0.01, code="89ab"))
        text = document.markdown(self.runs)
        self.assertIn("Made by the code 0123abcd4567: `int4`.", text)
        self.assertIn("Made by the code 89ab: `prune`, `prune_quan`.", text)

    def test_published_figures_stand_beside_their_own_network_alone(self):
        figures = published.figures()
        self.assertEqual(sum(map(len, figures.values())), 22)
        self.assertEqual(figures[TORCH, "prune_quan"], [("PyTorch", "1.607", "0.06724", "2.66")])
        self.assertEqual(figures["pilotnet-tf", "prune_quan_tf"], [("TFLite", "16.24", "0.04261", "4.81")])
        self.assertEqual([one[0] for one in figures["pilotnet-tf", "float16_quan"]], ["TFLite", "TF-TRT"])
        for (network, strategy), found in figures.items():
            self.assertEqual({one[0] == "PyTorch" for one in found}, {network == TORCH}, strategy)
        self.assertTrue({name for _, name in figures} <= pieces.PUBLISHED | {"baseline"})
        self.keep(made_up("baseline", 0.01))
        section = document.markdown(self.runs).split(f"## {TORCH} on")[1]
        self.assertIn("PyTorch 6.119, 0.07884, 2.18", section)
        self.assertNotIn("TFLite", section)

    def test_every_strategy_of_the_program_has_a_place(self):
        source = (ROOT / "src/pitlane/optimize/strategies.cpp").read_text(encoding="utf-8")
        controls = {name for name in pieces.STRATEGIES if name.endswith("_control")}
        self.assertEqual(set(re.findall(r'^      \{"(\w+)",', source, re.MULTILINE)), set(pieces.STRATEGIES) - controls)
        self.assertEqual(controls | {"fine_tune", "fine_tune_long"}, set(pieces.CONTROLS.values()))
        self.assertLessEqual({name.removesuffix("_control") for name in controls}, set(pieces.STRATEGIES))

    def test_times_beside_other_work_have_a_star_and_the_same_rows_the_same_bytes(self):
        self.keep(made_up("baseline", 0.01, other_work_beside=True))
        self.keep(made_up("dynamic_quan", 0.01, p50=0.1))
        self.assertEqual(self.table_row("baseline")["p50, ms"], "0.500*")
        self.assertEqual(self.table_row("baseline")["as fast"], "1.00x*")
        self.assertEqual(self.table_row("dynamic_quan")["as fast"], "5.00x")
        self.assertIn("| `baseline` with `dynamic_quan`, p50 | 5.00x* | 5.00x* `dynamic_quan` |", document.markdown(self.runs))
        self.assertIn("| `baseline` with `dynamic_quan`, size | 1.00x | 1.00x `dynamic_quan` |", document.markdown(self.runs))
        self.assertEqual(document.markdown(self.runs), document.markdown(self.runs))

    def test_times_in_laps_have_a_star_of_their_own(self):
        self.keep(made_up("baseline", 0.01, laps_beside_other_work=False),
                  made_up("float16_quan", 0.01, p50=0.25, laps_beside_other_work=True))
        text = document.markdown(self.runs)
        self.assertEqual(self.table_row("float16_quan")["as fast"], "2.00x")
        self.assertIn("| `baseline` with `float16_quan`, mean time in laps | 2.00x* | 2.00x* `float16_quan` |", text)
        self.keep(made_up("float16_quan", 0.01, p50=0.25, laps_beside_other_work=False, other_work_beside=True))
        self.assertIn("| `baseline` with `float16_quan`, mean time in laps | 2.00x | 2.00x `float16_quan` |", document.markdown(self.runs))
        self.assertEqual(self.table_row("float16_quan")["as fast"], "2.00x*")

    def test_the_kept_document_is_that_of_the_kept_rows(self):
        kept = (ROOT / "docs/results.md").read_text(encoding="utf-8")
        self.assertEqual(kept, document.markdown(ROOT / "bench/runs"), "run bench/results/run --write")


class BadRows(Kept):
    def refused(self, text):
        path = pieces.row_file(pieces.Group(TORCH, "simulator", 1), "int4", self.runs)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        with self.assertRaises(Failure) as caught:
            document.markdown(self.runs)
        self.assertNotIn("\n", str(caught.exception))
        self.assertIn("int4.json", str(caught.exception))
        return str(caught.exception)

    def test_each_is_told_in_a_line(self):
        self.assertIn("no JSON", self.refused('{"format": 1,'))
        self.assertIn("no row of format 1", self.refused("[]"))
        self.assertIn("no row of format 1", self.refused(json.dumps(made_up("int4", 1) | {"format": 2})))
        self.assertIn("'mse' is no number", self.refused(json.dumps(made_up("int4", 1) | {"mse": "1"})))
        self.assertIn("'mse' is no number", self.refused(json.dumps(made_up("int4", 1) | {"mse": float("nan")})))
        self.assertIn("'size_bytes' is no number above 0", self.refused(json.dumps(made_up("int4", 1, size=0))))
        self.assertIn("timing: 'p50_ms' is no number", self.refused(json.dumps(made_up("int4", 1) | {"timing": {}})))
        self.assertIn("'laps' is no object", self.refused(json.dumps(made_up("int4", 1) | {"laps": [1]})))
        self.assertIn("'machine' is no object", self.refused(json.dumps(made_up("int4", 1) | {"machine": "fast"})))
        self.assertIn("'data_hash' is no text", self.refused(json.dumps(made_up("int4", 1) | {"data_hash": None})))
        self.assertIn("wrong place", self.refused(json.dumps(made_up("int8", 1))))

    def test_what_tune_did_not_write_is_told_in_a_line(self):
        with self.assertRaisesRegex(Failure, "results.json: the row int4 is not as this version of pitlane writes it"):
            row.from_results({"rows": [{"strategy": "int4", "mse": 1}], "provenance": {}}, pieces.Group(TORCH, "simulator", 1),
                             "int4", self.folder, False, False)

    def test_a_file_that_no_table_has_is_not_left_out_in_silence(self):
        self.keep(made_up("int5", 1))
        with self.assertRaisesRegex(Failure, "int5.json: no table has a place for it"):
            document.markdown(self.runs)


class Runs(Kept):
    """The command itself, with a made-up pitlane."""

    def command(self, *arguments):
        return [sys.executable, "-B", ROOT / "bench/results/run", "--runs", self.runs, "--document", self.folder / "r.md",
                "--work", self.folder / "work", "--networks", "torch", "--data", "simulator", "--seeds", "1",
                "--recording", self.folder, *arguments]

    def environment(self, **more):
        return {**os.environ, "PITLANE": str(ROOT / "tests/bench/made_up_pitlane.py"),
                "MADE_UP_CALLS": str(self.folder / "calls"), **more}

    def run_it(self, *arguments, **more):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False, timeout=60,
                              env=self.environment(**more))

    def calls(self):
        path = self.folder / "calls"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def kept(self):
        return sorted(path.stem for path in self.runs.rglob("*.json"))

    def test_a_piece_that_is_kept_is_not_made_again_unless_its_recipe_changed(self):
        done = self.run_it("--only", "baseline", "int4", "prune")
        self.assertEqual((done.returncode, self.calls()), (0, ["baseline", "prune", "int4"]), done.stderr)
        self.assertEqual(self.kept(), ["baseline", "int4", "prune"])
        made = self.table_row("prune", (self.folder / "r.md").read_text())
        self.assertEqual((made["to baseline"], made["laps"], made["holds"]), ("+20.0 %", "8 of 9", "no: error, laps"))
        path = pieces.row_file(pieces.Group(TORCH, "simulator", 1), "int4", self.runs)
        path.write_text(path.read_text().replace("bits=4", "bits=3"))
        self.assertEqual(self.run_it("--only", "baseline", "int4", "prune").returncode, 0)
        self.assertEqual(self.calls()[3:], ["int4"])
        self.assertIn("bits=4", path.read_text())

    def test_networks_of_smaller_pictures_have_a_recording_of_whole_frames(self):
        command = self.command("--only", "int4", "small_input")
        at = command.index("--recording")
        place = self.folder / "networks"
        done = subprocess.run(command[:at] + command[at + 2:], capture_output=True, text=True, check=False, timeout=60,
                              env=self.environment(PITLANE_NETWORKS=str(place), MADE_UP_DATA="1"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.calls(), ["record recording", f"int4 of {place / 'recording'}", "record recording-whole whole",
                                        f"small_input of {place / 'recording-whole'}"])

    def test_pieces_drive_nine_circuits_and_those_of_others_are_refused_or_made_again(self):
        done = self.run_it("--only", "baseline", MADE_UP_MORE="alley")
        self.assertEqual((done.returncode, self.kept()), (1, []))
        self.assertRegex(done.stderr, "baseline of .*, seed 1 drove alley, chicane, .*, but pieces drive chicane, figure-eight, ")
        self.assertEqual(self.run_it("--only", "baseline").returncode, 0)
        path = pieces.row_file(pieces.Group(TORCH, "simulator", 1), "baseline", self.runs)
        kept = json.loads(path.read_text())
        self.assertEqual(kept["laps"]["circuits"], sorted(path.stem for path in (ROOT / "circuits").glob("*.yaml")
                                                          if path.stem != "alley"))
        self.assertEqual((self.run_it("--only", "baseline").returncode, len(self.calls())), (0, 2), "kept")
        kept["laps"]["circuits"].append("alley")
        path.write_text(json.dumps(kept))
        self.assertEqual(self.run_it("--only", "baseline").returncode, 0)
        self.assertEqual(len(self.calls()), 3, "made again")
        del kept["laps"]["circuits"]
        path.write_text(json.dumps(kept))
        self.assertEqual((self.run_it("--only", "baseline").returncode, len(self.calls())), (0, 3), "counts as the nine")

    def test_a_document_that_cannot_be_written_hides_no_error_and_stays(self):
        (self.folder / "r.md").write_text("old")
        self.keep(made_up("int5", 1))  # no table has it
        done = self.run_it(PITLANE="/nowhere/pitlane")
        self.assertEqual(done.returncode, 2)
        self.assertIn("int5.json: no table has a place for it", done.stderr)
        self.assertIn("/nowhere/pitlane is not built", done.stderr.splitlines()[-1])
        self.assertEqual((self.folder / "r.md").read_text(), "old")
        self.assertEqual(list(self.folder.glob("r.md.*")), [])

    def test_a_row_that_fails_is_told_kept_with_its_reason_and_tried_again(self):
        done = self.run_it("--only", "baseline", "prune", MADE_UP_FAIL="prune")
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed: pilotnet-torch, simulator, seed 1: prune: the disk is full", done.stderr)
        self.assertIn("- `prune` failed on seed 1: the disk is full", (self.folder / "r.md").read_text())
        self.assertEqual(self.run_it("--only", "baseline", "prune").returncode, 0)
        self.assertEqual(self.calls(), ["baseline", "prune", "prune"])

    def test_a_row_of_another_baseline_is_refused_and_the_rest_of_its_group_left(self):
        self.keep(made_up("baseline", 0.01, recipe="unchanged"))
        done = self.run_it("--only", "baseline", "int4", "prune")
        self.assertEqual((done.returncode, self.calls(), self.kept()), (1, ["prune"], ["baseline"]))
        self.assertIn("failed: pilotnet-torch, simulator, seed 1: prune of pilotnet-torch, simulator, seed 1 is of another "
                      "baseline than the rows that are kept", done.stderr)

    def test_an_interrupt_leaves_what_is_done(self):
        child = subprocess.Popen(self.command("--only", "baseline", "int4"), stderr=subprocess.PIPE, text=True,
                                 env=self.environment(MADE_UP_STOP="int4"))
        self.addCleanup(child.kill)
        for line in child.stderr:
            if line == "waiting\n":
                break
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=60)
        self.assertEqual((child.returncode, self.kept()), (130, ["baseline"]))
        self.assertEqual(told, "bench/results/run: interrupted; run the same command again to go on\n")
        self.assertEqual(self.table_row("baseline", (self.folder / "r.md").read_text())["seeds"], "1")

    def unfinished(self, *names):
        folder = self.folder / "unfinished"
        (folder / "networks").mkdir(parents=True)
        store = sqlite3.connect(folder / "tune.db")
        store.execute("CREATE TABLE results (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID")
        store.executemany("INSERT INTO results VALUES (?, ?)", [("network", b"x"), *[(f"{name}-0", b"{}") for name in names]])
        store.commit()
        store.close()
        for name in names:
            (folder / "networks" / f"{name}.pit").write_text(name)
        return folder

    def test_rows_of_an_unfinished_directory_are_taken_and_nothing_is_written_there(self):
        folder = self.unfinished("prune", "baseline")
        before = sorted(folder.rglob("*"))
        done = self.run_it("--import", folder, "--other-work")
        self.assertEqual((done.returncode, self.kept()), (0, ["baseline", "prune"]), done.stderr)
        self.assertEqual(self.calls(), ["baseline prune"])
        self.assertEqual(self.table_row("prune", (self.folder / "r.md").read_text())["p50, ms"], "0.500*")
        self.assertEqual(sorted(folder.rglob("*")), before)
        self.assertIn("0 rows of", self.run_it("--import", folder, "--other-work").stderr)
        self.assertIn("2 rows of", self.run_it("--import", folder).stderr)
        kept = json.loads(pieces.row_file(pieces.Group(TORCH, "simulator", 1), "prune", self.runs).read_text())
        self.assertEqual((kept["other_work_beside"], kept["laps_beside_other_work"]), (False, True), "timed anew, driven then")
        self.assertIn("0 rows of", self.run_it("--import", folder, "--other-work").stderr)
        self.assertEqual(self.table_row("prune", (self.folder / "r.md").read_text())["p50, ms"], "0.500")

    def test_kept_rows_are_timed_anew_with_the_networks_that_made_them(self):
        self.assertEqual(self.run_it("--only", "baseline", "int4", "prune", "--other-work").returncode, 0)
        networks = self.folder / "work" / "pilotnet-torch-simulator-1"
        (networks / "networks" / "prune.pit").write_text("another one")
        done = self.run_it("--time", networks)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("prune of pilotnet-torch, simulator, seed 1: its network is not there; its times stay", done.stderr)
        self.assertIn("2 rows of pilotnet-torch, simulator, seed 1 are timed", done.stderr)
        told = {name: self.table_row(name, (self.folder / "r.md").read_text()) for name in ("baseline", "int4", "prune")}
        self.assertEqual({name: made["p50, ms"] for name, made in told.items()},
                         {"baseline": "0.400", "int4": "0.100", "prune": "0.500*"})
        self.assertEqual(told["int4"]["as fast"], "4.00x")
        kept = json.loads(pieces.row_file(pieces.Group(TORCH, "simulator", 1), "int4", self.runs).read_text())
        self.assertEqual((kept["timing"]["frame_p50_ms"], kept["laps_beside_other_work"]), (0.2, True))
        nowhere = self.run_it("--time", self.folder / "nowhere")
        self.assertEqual(nowhere.returncode, 2)
        self.assertIn("nowhere: no such directory", nowhere.stderr)
        (networks / "networks" / "baseline.pit").unlink()
        self.assertIn("the baseline of pilotnet-torch, simulator, seed 1 is not among", self.run_it("--time", networks).stderr)

    def test_a_row_that_the_store_does_not_have_for_these_inputs_is_left_out(self):
        done = self.run_it("--import", self.unfinished("prune", "baseline"), MADE_UP_STRANGE="prune")
        self.assertIn("prune is left out", done.stderr)
        self.assertEqual((done.returncode, self.kept()), (0, ["baseline"]))

    def test_a_directory_of_another_network_or_recording_is_refused(self):
        folder = self.unfinished("baseline")
        done = self.run_it("--import", folder, MADE_UP_STRANGE="baseline")
        self.assertEqual((done.returncode, self.kept()), (2, []))
        self.assertIn("another network, recording, seed or version of pitlane made them", done.stderr)
        self.assertEqual(self.run_it("--import", self.folder / "nowhere").returncode, 2)

    def test_bad_arguments_and_bad_rows_end_with_2_and_a_line(self):
        for arguments, told in ((["--seeds", "7"], "no network is to have such a --seeds"),
                                (["--import", "x", "--seeds", "1", "2"], "--import takes the rows of one network"),
                                (["--laps-beside-other-work"], "--laps-beside-other-work is of --import"),
                                (["--data", "simulator", "udacity"], "--import and --recording are of one recording")):
            done = self.run_it(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, rf"^bench/results/run: {told}.*\n$")
        done = self.run_it("--write", PITLANE="nowhere")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_it(PITLANE="/nowhere/pitlane")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere/pitlane is not built; run scripts/build release pitlane", done.stderr)
        path = pieces.row_file(pieces.Group(TORCH, "simulator", 1), "int4", self.runs)
        path.parent.mkdir(parents=True)
        path.write_text("{")
        done = self.run_it("--write")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^bench/results/run: .*int4.json: no JSON .*\n$")

    def test_the_list_names_what_is_missing(self):
        self.keep(made_up("baseline", 0.01))
        done = self.run_it("--list", "--only", "baseline", "int4")
        self.assertEqual(done.stdout, "pilotnet-torch, simulator, seed 1: int4\n")


if __name__ == "__main__":
    unittest.main()
