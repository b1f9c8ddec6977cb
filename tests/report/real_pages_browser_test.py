"""Pages that the real program wrote, in a real browser: `tune`, `drive --report` and `study run` with a PilotNet.

Usage: real_pages_browser_test.py PITLANE
"""

import csv
import json
import pathlib
import subprocess

import page_in_browser

NETWORK = pathlib.Path(__file__).resolve().parents[2] / "examples" / "pilotnet.pit"

STUDY = f"""format: pitlane-study
version: 1
name: real
networks: [{NETWORK}, line-follower]
circuits: [tight]
latencies: [none, 60ms]
perturbations: [none, dusk]
timeout_s: 60
"""


def run(folder, *arguments):
    done = subprocess.run([page_in_browser.program(), *map(str, arguments)], cwd=folder, capture_output=True, text=True,
                          timeout=900, check=False)
    if done.returncode != 0:
        raise AssertionError(f"pitlane {arguments[0]} ended with {done.returncode}: {done.stderr}")


class RealPage:
    """With PageTest. `canvases`: as many as this page has."""

    canvases = 0

    def test_it_is_drawn_without_an_error_on_a_laptop_and_a_phone(self):
        self.check_page(canvases=self.canvases)


class TunePageTest(RealPage, page_in_browser.PageTest):
    page = "out/report.html"
    canvases = 8
    describe = """const describe = () => ({ paths: document.querySelectorAll("#map .path").length,
      published: byId("published").textContent, figures: byId("all-figures").rows.length,
      columns: byId("all-figures").rows[0].cells.length });"""

    @classmethod
    def write(cls, folder):
        run(folder, "tune", NETWORK, "--quick", "--frames", 600, "--circuit", "tight", "--strategy", "dynamic_quan",
            "--no-video", "--out", "out")
        with open(folder / "out" / "laps.csv", encoding="utf-8", newline="") as laps:
            cls.laps = list(csv.DictReader(laps))
        cls.markdown = (folder / "out" / "results.md").read_text("utf-8")
        cls.json = json.loads((folder / "out" / "results.json").read_text("utf-8"))

    def test_it_shows_what_was_driven(self):
        seen = self.desk.charts
        self.assertEqual(seen["paths"], 2)
        self.assertEqual(seen["figures"], 1 + len(self.laps))
        self.assertGreater(seen["columns"], 35)
        self.assertIn("another network", seen["published"])

    def test_its_laps_are_those_of_the_other_documents(self):
        laps = [lap for row in self.json["rows"] for lap in row["laps"]]
        self.assertEqual(len(laps), len(self.laps))
        for line, lap in zip(self.laps, laps):
            self.assertEqual(float(line["deviation_m_rmse"]), lap["deviation_m"]["rmse"])
            self.assertEqual(line["driving_score_version"], lap["driving_score_version"])
        self.assertIn("| dynamic_quan |", self.markdown)


class DrivePageTest(RealPage, page_in_browser.PageTest):
    page = "drives.html"
    canvases = 6
    describe = """const describe = () => ({ paths: document.querySelectorAll("#map .path").length,
      figures: byId("all-figures").rows.length, best: byId("pick").textContent });"""

    @classmethod
    def write(cls, folder):
        run(folder, "drive", NETWORK, "expert", "--circuit", "tight", "--latency", "none,60ms", "--perturb", "dusk",
            "--no-video", "--report", cls.page)

    def test_it_shows_what_was_driven(self):
        seen = self.desk.charts
        self.assertEqual((seen["paths"], seen["figures"]), (2, 1 + 8))
        self.assertIn(seen["best"], ("expert", "pilotnet"))


class StudyPageTest(RealPage, page_in_browser.PageTest):
    page = "out/study.html"
    canvases = 8
    describe = """const describe = () => ({ paths: document.querySelectorAll("#map .path").length,
      robustness: [...byId("robustness").rows].map((row) => row.cells.length), pairs: byId("pairs").rows.length,
      figures: byId("all-figures").rows.length });"""

    @classmethod
    def write(cls, folder):
        (folder / "s.yaml").write_text(STUDY, "utf-8")
        run(folder, "study", "run", "s.yaml", "--out", "out")

    def test_it_shows_what_was_driven(self):
        seen = self.desk.charts
        self.assertEqual(seen["paths"], 2)
        self.assertEqual(seen["robustness"], [3, 3, 3])
        self.assertEqual((seen["pairs"], seen["figures"]), (1 + 1, 1 + 8))


if __name__ == "__main__":
    page_in_browser.main()
