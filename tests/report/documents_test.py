"""results.csv and results.json, read by Python's own readers: well formed, and the same numbers in both.

Usage: documents_test.py RENDER_SAMPLE
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

RENDER = sys.argv.pop()


class DocumentsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([RENDER, folder], check=True, stdout=subprocess.DEVNULL)
            text = (pathlib.Path(folder) / "results.csv").read_bytes().decode("utf-8")
            cls.json = json.loads((pathlib.Path(folder) / "results.json").read_text("utf-8"))
        cls.lines = list(csv.reader(text.splitlines(keepends=True), strict=True))
        cls.rows = [dict(zip(cls.lines[0], line)) for line in cls.lines[1:]]

    def test_every_line_has_every_column(self):
        self.assertEqual({len(line) for line in self.lines}, {len(self.lines[0])})
        self.assertEqual(len(set(self.lines[0])), len(self.lines[0]))
        self.assertEqual([row["strategy"] for row in self.rows], [row["strategy"] for row in self.json["rows"]])

    def test_both_hold_the_same_numbers(self):
        for row, entry in zip(self.rows, self.json["rows"]):
            if "failure" in entry:
                self.assertEqual(row["failure"], entry["failure"])
                self.assertEqual(row["mse"], "")
                continue
            self.assertEqual(int(row["size_bytes"]), entry["size_bytes"])
            self.assertEqual(float(row["mse"]), entry["mse"])
            self.assertEqual(float(row["timing_latency_ms_p50"]), entry["timing"]["latency_ms"]["p50"])
            self.assertEqual(float(row["timing_frame_ms_p99"]), entry["timing"]["frame_ms"]["p99"])
            self.assertEqual(int(row["laps_completed"]), entry["laps_completed"])
            for output in ("v", "w"):
                entries = [o for o in entry["outputs"] if o["name"] == output]
                self.assertEqual(float(row["mse_" + output]), entries[0]["mse"])
            worst = max(lap["deviation_m"]["max"] for lap in entry["laps"])
            self.assertEqual(float(row["worst_deviation_m"]), worst)

    def test_one_row_is_recommended(self):
        chosen = [row["strategy"] for row in self.rows if row["timing_recommended"] == "yes"]
        self.assertEqual(chosen, [self.json["timing"]["recommendation"]["strategy"]])


if __name__ == "__main__":
    unittest.main()
