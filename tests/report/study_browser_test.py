"""study.html in a real browser: no error, every chart drawn, nothing wider than a phone, light and dark.

Usage: study_browser_test.py RENDER_SAMPLE
"""

import page_in_browser

DESCRIBE = """const sets = (id) => charts.get(id).data.datasets.map((set) => ({ label: set.label, data: set.data, intervals: set.intervals }));
const choose = (id, value) => { byId(id).value = value; byId(id).dispatchEvent(new Event("change")); };
const rows = () => [...byId("laps").tBodies[0].rows].filter((row) => !row.hidden).length;
const strokes = () => [...new Set([...document.querySelectorAll("#map .path")].map((p) => p.getAttribute("stroke")))].sort();
function describe() {
  const out = { totals: sets("total-deviation"), decay: sets("decay"), completion: sets("completion"),
                robust: sets("robust-completion"), labels: charts.get("robust-completion").data.labels,
                speed: sets("speed").map((set) => set.data.map((p) => p.y)), networks: strokes(), page: css("--page"),
                scaleHidden: byId("colour-scale").hidden,
                choices: ["direction", "perturbation", "delay", "seed"].map((id) => byId(id).offsetWidth > 0) };
  const pareto = charts.get("pareto"), points = () => charts.get("pareto").data.datasets.filter((set) => set.type !== "line")
    .map((set) => ({ name: set.label, x: set.data[0].x, y: set.data[0].y }));
  out.pareto = { points: points(), names: pareto.names, choices: [...byId("pareto-by").options].map((o) => o.value),
                 axis: pareto.options.scales.x.title.text };
  choose("pareto-by", "lost");
  out.pareto.lost = points();
  out.histogram = charts.get("histogram").data.datasets.map((set) => ({ name: set.label, sum: set.data.reduce((a, p) => a + p.y, 0) }));
  view.circuit = "tight";
  const laps = data.laps.filter((lap) => lap.seed === "2");
  data.laps.push(...data.laps.splice(0).filter((lap) => lap.seed === "1"));
  refreshTrack();
  out.oneSeed = byId("seed").offsetWidth;
  data.laps.push(...laps);
  refreshTrack();
  choose("colour", "deviation");
  out.byDeviation = strokes();
  out.scale = byId("colour-scale").textContent;
  choose("colour", "speed");
  out.bySpeed = strokes();
  out.speedScale = byId("colour-scale").textContent;
  out.seam = [...document.querySelectorAll("#map g > .path")].length;
  choose("decay-perturbation", "light=0.5,noise=8");
  out.decayPerturbed = sets("decay");
  choose("direction", "reverse");
  choose("delay", "120ms");
  out.crosses = document.querySelectorAll('#map path[stroke="var(--bad)"]').length;
  out.all = rows();
  choose("lap-strategy", "expert");
  choose("lap-latency", "60ms");
  out.filtered = rows();
  choose("lap-strategy", "baseline");
  choose("lap-latency", "");
  byId("lap-failed").click();
  out.failed = rows();
  out.count = byId("lap-count").textContent;
  return out;
}"""


class StudyPageTest(page_in_browser.PageTest):
    page = "study.html"
    describe = DESCRIBE

    def test_it_is_drawn_without_an_error_on_a_laptop_and_a_phone(self):
        self.check_page(canvases=10)

    def test_the_dark_page_is_dark(self):
        self.assertEqual([seen.charts["page"] for seen in (self.desk, self.dark)], ["#f4f5f8", "#0e1218"])

    def test_charts_show_the_numbers_with_their_intervals(self):
        seen = self.desk.charts
        (totals,) = seen["totals"]
        self.assertAlmostEqual(totals["data"][2], 0.36)
        low, high = totals["intervals"][2]
        self.assertTrue(low < 0.36 < high, (low, high))
        baseline = seen["decay"][0]
        self.assertEqual([point["x"] for point in baseline["data"]], [0, 60, 120])
        # 0.1 m, and 0.01 m for the place in the list of courses and the seed: 0, 2, 4, 6 and 1, 2.
        self.assertAlmostEqual(baseline["data"][0]["y"], 0.145)
        self.assertAlmostEqual(seen["decayPerturbed"][0]["data"][0]["y"], 0.255)
        self.assertEqual([point["y"] for point in seen["completion"][0]["data"]], [100, 100, 50])
        self.assertEqual(seen["labels"], ["none", "light=0.5,noise=8"])
        self.assertEqual([bars["label"] for bars in seen["robust"]], ["baseline", "int8 <b>static</b>", "expert"])

    def test_a_network_without_a_completed_drive_has_no_deviation_there(self):
        self.assertEqual([point["x"] for point in self.desk.charts["decayPerturbed"][0]["data"]], [0, 60])

    def test_networks_stand_by_time_and_deviation_or_lost_drives(self):
        pareto = self.desk.charts["pareto"]
        self.assertEqual([point["name"] for point in pareto["points"]], ["baseline", "int8 <b>static</b>"])
        self.assertAlmostEqual(pareto["points"][1]["x"], 0.66, places=2)
        self.assertEqual(pareto["axis"], "median decision, ms")
        self.assertEqual(pareto["choices"], ["deviation", "lost", "size"])
        self.assertEqual(len(pareto["names"]["boxes"]), 2)
        self.assertAlmostEqual(pareto["lost"][0]["y"], 25)

    def test_times_are_a_distribution(self):
        for one in self.desk.charts["histogram"]:
            self.assertTrue(98 < one["sum"] <= 100.01, one)

    def test_paths_are_coloured_as_chosen(self):
        seen = self.desk.charts
        self.assertEqual(seen["networks"], ["var(--s0)", "var(--s1)", "var(--s2)"])
        self.assertTrue(seen["scaleHidden"])
        for by in ("byDeviation", "bySpeed"):
            self.assertGreaterEqual(len(seen[by]), 4, by)
            self.assertTrue(all(stroke.startswith("var(--h") for stroke in seen[by]), seen[by])
        self.assertIn("deviation from the line, m", seen["scale"])
        self.assertIn("speed, m/s", seen["speedScale"])
        self.assertEqual(len(seen["speed"]), 3)
        self.assertTrue(all(0 < speed < 40 for line in seen["speed"] for speed in line))

    def test_a_choice_of_one_is_not_offered(self):
        seen = self.desk.charts
        self.assertEqual(seen["choices"], [True] * 4)
        self.assertEqual(seen["oneSeed"], 0)

    def test_who_left_the_road_has_a_cross(self):
        self.assertEqual(self.desk.charts["crosses"], 2)

    def test_the_table_is_filtered(self):
        seen = self.phone.charts
        self.assertEqual((seen["all"], seen["filtered"], seen["failed"]), (144, 16, 12))
        self.assertEqual(seen["count"], "12 of 144 drives")


if __name__ == "__main__":
    page_in_browser.main()
