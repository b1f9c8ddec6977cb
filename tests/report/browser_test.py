"""report.html in a real browser: its scripts run without an error and draw what they should.

Usage: browser_test.py RENDER_SAMPLE
"""

import math
import re

import page_in_browser

DESCRIBE = """// What stands where in the charts, and how far the name of a row moves when its table is scrolled.
function describe() {
  const [latency, pareto, deviation, tuning] = ["latency", "pareto", "deviation", "tuning"].map((id) => charts.get(id));
  const table = byId("results"), name = table.tBodies[0].rows[0].cells[0];
  const before = name.getBoundingClientRect().left;
  table.parentElement.scrollLeft = 150;
  const moved = name.getBoundingClientRect().left - before, scrolled = table.parentElement.scrollLeft;
  table.parentElement.scrollLeft = 0;
  const ticks = deviation.scales.y.ticks.map((t) => t.value);
  timed[0].deviation = 1.5;  // far above the others
  byId("pareto-by").value = "deviation";
  drawPareto();
  const lowest = charts.get("pareto").scales.y.min;
  view.circuit = "hairpins", view.delay = "60ms";  // where one network leaves the road
  refreshTrack();
  const lost = charts.get("deviation").scales.y.max;
  const byLayer = charts.get("layers"), roofline = charts.get("roofline");
  const layers = { names: byLayer.data.labels, us: byLayer.data.datasets[0].data, limits: byLayer.data.datasets[1].data };
  const roofs = { points: roofline.data.datasets.filter((set) => set.type !== "line").map((set) => ({ name: set.label, ...set.data[0] })),
                  lines: roofline.data.datasets.filter((set) => set.type === "line").map((set) => ({ type: set.label, points: set.data })),
                  names: roofline.names.boxes, legend: roofline.legend.legendItems.map((i) => i.text) };
  const search = charts.get("search"), sets = search.data.datasets;
  const searched = { crowds: sets.filter((set) => set.crowd).map((set) => set.data.length), names: sets.filter((set) => !set.crowd).map((set) => set.label),
                     placed: search.names.boxes.length, legend: search.legend.legendItems.map((i) => i.text), shapes: search.legend.legendItems.map((i) => i.pointStyle),
                     crosses: sets.filter((set) => set.crowd).flatMap((set) => set.data.filter((raw) => set.pointStyle({ raw }) === "crossRot")).length,
                     tip: search.options.plugins.tooltip.callbacks.label({ raw: sets[1].data[0] }) };
  return { searched, layers, roofs, moved, scrolled, lost, losses: tuning.scales.y.ticks.map((t) => t.label), whiskers: latency.whiskers, width: latency.width, names: pareto.names,
           ticks, lowest,
           axes: [0.05, 0.42, 0.5, 0.61, 3.05, 12].map((most) => ({ most, ...evenAxis([most, -most / 2]) })),
           legend: tuning.legend.legendItems.map((i) => ({ text: i.text, dash: i.lineDash, shape: i.pointStyle })),
           dashes: tuning.data.datasets.map((set) => set.borderDash) };
}"""


def overlap(a, b):
    wide = min(a["x"] + a["w"], b["x"] + b["w"]) - max(a["x"], b["x"])
    high = min(a["y"] + a["h"], b["y"] + b["h"]) - max(a["y"], b["y"])
    return wide > 0 and high > 0


def reaches(circle, box):
    dx = max(box["x"] - circle["x"], 0, circle["x"] - box["x"] - box["w"])
    dy = max(box["y"] - circle["y"], 0, circle["y"] - box["y"] - box["h"])
    return math.hypot(dx, dy) < circle["r"]


class BrowserTest(page_in_browser.PageTest):
    page = "report.html"
    describe = DESCRIBE

    def test_it_is_drawn_without_an_error_on_a_laptop_and_a_phone(self):
        self.check_page(canvases=10)

    def test_the_map_shows_the_line_and_the_trajectories(self):
        track = self.desk.dom[self.desk.dom.index('id="map"'):]
        self.assertGreaterEqual(len(re.findall(r"<path ", track)), 3)

    def test_every_trial_of_the_search_is_drawn_and_its_rows_are_named(self):
        seen = self.desk.charts["searched"]
        self.assertEqual(seen["crowds"], [27, 9, 3, 2])
        self.assertEqual(seen["names"], ["baseline", "auto-1", "auto-2", "auto-3", "auto-4"])
        self.assertEqual(seen["placed"], 5)
        self.assertEqual(seen["legend"], ["taught a little", "taught longer", "taught to the end", "finished in other ways"])
        self.assertEqual(seen["crosses"], 4)
        self.assertEqual(seen["shapes"], ["circle"] * 4)
        self.assertEqual(seen["tip"][:2], ["auto-1: student-1", "taught to the end"])
        self.assertEqual(seen["tip"][3], "tuning laps 28 of 28, deviation 0.110 m")

    def test_on_a_phone_the_table_moves_under_its_names(self):
        seen = self.phone.charts
        self.assertGreater(seen["scrolled"], 100)
        self.assertLess(abs(seen["moved"]), 2)

    def test_whiskers_begin_at_their_bars_and_nothing_strikes_their_numbers_through(self):
        for seen in (self.desk.charts, self.phone.charts):
            self.assertEqual(len(seen["whiskers"]), 6)
            for whisker in seen["whiskers"]:
                self.assertLess(abs(whisker["from"] - whisker["bar"]), 1)
                self.assertGreater(whisker["left"], whisker["to"])
                self.assertLessEqual(whisker["right"], seen["width"])
            self.assertIn("0.941 ms", seen["whiskers"][0]["text"])

    def test_names_cover_neither_each_other_nor_bubbles_nor_the_line(self):
        names = self.desk.charts["names"]
        self.assertEqual(len(names["boxes"]), 6)
        self.assertGreater(len(names["stairs"]), 1)
        for i, box in enumerate(names["boxes"]):
            others = names["boxes"][:i] + names["stairs"]
            self.assertFalse([other for other in others if overlap(box, other)], box)
            self.assertFalse([circle for circle in names["bubbles"] if reaches(circle, box)], box)

    def test_layers_stand_beside_their_limits(self):
        for page in (self.desk, self.phone):
            layers = page.charts["layers"]
            self.assertEqual(layers["names"], ["input camera", "conv1", "conv2", "conv3", "dense1", "output head"])
            self.assertAlmostEqual(layers["us"][2], 0.48 * 331, places=3)
            for measured, limit in zip(layers["us"], layers["limits"]):
                self.assertAlmostEqual(limit, 0.7 * measured, places=3)

    def test_the_roofline_has_the_layers_that_multiply_under_the_roof_of_their_type(self):
        roofs = self.desk.charts["roofs"]
        self.assertEqual([point["name"] for point in roofs["points"]], ["conv1", "conv2", "conv3", "dense1"])
        conv2 = roofs["points"][1]
        self.assertAlmostEqual(conv2["x"], 14213000 / (20000 + 14213000 // 200 + 30000))
        self.assertAlmostEqual(conv2["y"], 14213000 / (0.48 * 331e-6) * 1e-9, places=6)
        self.assertEqual(roofs["legend"], ["int8"])
        (line,) = roofs["lines"]
        slope, ridge, end = line["points"]
        self.assertAlmostEqual(ridge["y"], 166)
        self.assertAlmostEqual(end["y"], 166)
        self.assertAlmostEqual(slope["y"] / slope["x"], ridge["y"] / ridge["x"])
        for i, box in enumerate(roofs["names"]):
            self.assertFalse([other for other in roofs["names"][:i] if overlap(box, other)], box)

    def test_the_axis_of_the_deviation_has_a_zero_in_its_middle(self):
        ticks = self.desk.charts["ticks"]
        self.assertEqual(len([tick for tick in ticks if abs(tick) < 1e-9]), 1)
        self.assertAlmostEqual(ticks[0], -ticks[-1])
        for axis in self.desk.charts["axes"]:
            steps = axis["max"] / axis["ticks"]["stepSize"]
            self.assertAlmostEqual(steps, round(steps), msg=axis)
            self.assertLessEqual(steps, 4, axis)
            self.assertGreaterEqual(axis["max"], axis["most"] * 0.999, axis)
            self.assertEqual(axis["min"], -axis["max"])

    def test_who_leaves_the_road_does_not_flatten_the_others(self):
        self.assertLessEqual(self.desk.charts["lost"], 0.5)

    def test_no_axis_of_what_cannot_be_negative_is(self):
        self.assertGreaterEqual(self.desk.charts["lowest"], 0)

    def test_no_two_ticks_of_a_loss_read_the_same(self):
        labels = self.desk.charts["losses"]
        self.assertEqual(len(set(labels)), len(labels), labels)

    def test_shared_fine_tuning_is_one_curve_and_the_legend_shows_its_dashes(self):
        seen = self.desk.charts
        self.assertEqual([entry["text"] for entry in seen["legend"]],
                         ["global_prune, prune_quan: validation", "global_prune, prune_quan: training"])
        self.assertEqual([entry["dash"] for entry in seen["legend"]], seen["dashes"])
        self.assertEqual({entry["shape"] for entry in seen["legend"]}, {"line"})


if __name__ == "__main__":
    page_in_browser.main()
