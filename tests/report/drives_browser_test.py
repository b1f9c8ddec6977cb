"""The page of `drive --report` in a real browser: no error, every chart drawn, nothing wider than a phone.

Usage: drives_browser_test.py RENDER_SAMPLE
"""

import page_in_browser

DESCRIBE = """const roadOf = (circuit) => {
  view.circuit = circuit; refreshTrack();
  const [road, filled] = ['[stroke="var(--road)"]', '[fill="var(--road)"]'].map((kind) => document.querySelector("#map path" + kind));
  const box = road.getBBox(), width = Number(road.getAttribute("stroke-width"));
  return { filled: filled !== null, left: box.x, right: box.x + box.width, width, widen: view.widen };
};
const sets = (id) => charts.get(id).data.datasets.map((set) => ({ label: set.label, data: set.data }));
const describe = () => ({ decay: sets("decay"), completion: sets("completion"), bars: sets("robust-completion"),
                          labels: charts.get("robust-completion").data.labels,
                          paths: document.querySelectorAll("#map .path").length,
                          speeds: charts.get("speed").data.datasets.map((set) => set.data.map((p) => p.y)),
                          roads: [roadOf("mixed"), roadOf("tight")],
                          figures: byId("all-figures").rows.length });"""


class DrivesPageTest(page_in_browser.PageTest):
    page = "drives.html"
    describe = DESCRIBE

    def test_it_is_drawn_without_an_error_on_a_laptop_and_a_phone(self):
        self.check_page(canvases=6)

    def test_charts_show_the_numbers(self):
        seen = self.desk.charts
        self.assertEqual([line["label"] for line in seen["decay"]],
                         ["a.pit", "a.pit · dark", "b<i>.pit", "b<i>.pit · dark"])
        self.assertEqual([point["x"] for point in seen["decay"][0]["data"]], [0, 60, 120])
        self.assertAlmostEqual(seen["decay"][0]["data"][1]["y"], 0.17)
        self.assertEqual([point["y"] for point in seen["completion"][3]["data"]], [100, 0, 100])
        self.assertEqual(seen["labels"], ["none", "dark"])
        self.assertAlmostEqual(seen["bars"][0]["data"][0], 100 * 4 / 6)

    def test_it_has_a_map_the_speed_along_the_lap_and_every_figure(self):
        seen = self.desk.charts
        self.assertEqual(seen["paths"], 2)
        for line in seen["speeds"]:
            self.assertTrue(all(2 < speed < 5 for speed in line), line)
        self.assertEqual(seen["figures"], 1 + 24)

    def test_a_road_is_as_wide_as_its_points(self):
        uneven, even = self.desk.charts["roads"]
        self.assertEqual((uneven["filled"], even["filled"], even["width"]), (True, False, 3 * even["widen"]))
        line_left, line_right = even["left"], even["right"]
        self.assertAlmostEqual(uneven["right"], line_right + 3 * uneven["widen"], delta=0.1)
        self.assertAlmostEqual(uneven["left"], line_left - 1.5 * uneven["widen"], delta=0.1)


if __name__ == "__main__":
    page_in_browser.main()
