"""The page of `drive --report` in a real browser: no error, every chart drawn, nothing wider than a phone.

Usage: drives_browser_test.py RENDER_SAMPLE
Without Chromium: exit code 77, "left out" (a failure where CI=true).
"""

import html
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from browser_test import RENDER, attribute, browse

WATCH = """<script>
addEventListener("error", (e) => document.documentElement.setAttribute("data-error", e.message));
addEventListener("load", () => {
  const html = document.documentElement;
  const drawn = [...document.querySelectorAll("canvas")].map((c) => c.width > 0 && c.height > 0 &&
    c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((byte) => byte));
  html.setAttribute("data-canvases", drawn.length);
  html.setAttribute("data-empty", drawn.filter((d) => !d).length);
  html.setAttribute("data-sideways", html.scrollWidth > innerWidth + 1);
  const sets = (id) => charts.get(id).data.datasets.map((set) => ({ label: set.label, data: set.data }));
  html.setAttribute("data-charts", JSON.stringify({ decay: sets("decay"), completion: sets("completion"),
    bars: sets("robust-completion"), labels: charts.get("robust-completion").data.labels }));
});
</script>"""


class DrivesPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([RENDER, folder], check=True, stdout=subprocess.DEVNULL)
            page = pathlib.Path(folder) / "drives.html"
            page.write_text(page.read_text("utf-8").replace("</head>", WATCH + "</head>", 1), "utf-8")
            cls.doms = [browse(BROWSER, page, width) for width in (1280, 400)]

    def test_scripts_run_without_an_error_and_draw_every_chart(self):
        for dom in self.doms:
            self.assertIn("</html>", dom)
            self.assertIsNone(attribute(dom, "data-error"))
            self.assertEqual(attribute(dom, "data-canvases"), "4")
            self.assertEqual(attribute(dom, "data-empty"), "0")
            self.assertEqual(attribute(dom, "data-sideways"), "false")

    def test_charts_show_the_numbers(self):
        seen = json.loads(html.unescape(attribute(self.doms[0], "data-charts")))
        self.assertEqual([line["label"] for line in seen["decay"]],
                         ["a.pit", "a.pit · dark", "b<i>.pit", "b<i>.pit · dark"])
        self.assertEqual([point["x"] for point in seen["decay"][0]["data"]], [0, 60, 120])
        self.assertAlmostEqual(seen["decay"][0]["data"][1]["y"], 0.17)
        self.assertEqual([point["y"] for point in seen["completion"][3]["data"]], [100, 0, 100])
        self.assertEqual(seen["labels"], ["none", "dark"])
        self.assertAlmostEqual(seen["bars"][0]["data"][0], 100 * 4 / 6)


if __name__ == "__main__":
    BROWSER = shutil.which("chromium")
    if not BROWSER:
        print("browser test left out: chromium is missing (scripts/install_packages test)")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main()
