"""What all tests of pages in a real browser share: a page of render_sample, Chromium, and what it saw.

A test is called as: NAME_browser_test.py RENDER_SAMPLE
Without Chromium it ends with exit code 77, "left out" (a failure where CI=true).
"""

import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

DARK = "--blink-settings=preferredColorScheme=0"

# Runs before the page's own scripts, whose errors and warnings it keeps in `errors`. Once the page is loaded it leaves
# attributes on <html>, since the browser prints the document as it is at the end: data-canvases, data-empty (canvases
# without a mark), data-cut-off (tables wider than their place, but for the folded ones, which are wide by design),
# data-sideways (the page is wider than the window),
# data-charts (what the test's own describe() returns), data-still-empty (canvases after that), data-error.
WATCH = """<script>
const errors = [];
addEventListener("error", (e) => errors.push(e.message));
for (const name of ["error", "warn"]) console[name] = (...what) => errors.push(what.join(" "));
const filled = (c) => c.width > 0 && c.height > 0 &&
  c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((byte) => byte);
const canvases = () => [...document.querySelectorAll("canvas")];
DESCRIBE
addEventListener("load", () => {
  const root = document.documentElement;
  const set = (name, value) => root.setAttribute("data-" + name, value);
  set("canvases", canvases().length);
  set("empty", canvases().filter((c) => !filled(c)).map((c) => c.id).join());
  const wide = [...document.querySelectorAll(".scroll:not(.figures .scroll)")]
    .filter((r) => r.scrollWidth > r.clientWidth + 1);
  set("cut-off", wide.map((r) => `${r.getAttribute("aria-label")}: ${r.scrollWidth} > ${r.clientWidth}`).join());
  set("sideways", root.scrollWidth > innerWidth + 1);
  try {
    set("charts", JSON.stringify(describe()));
  } catch (e) {
    errors.push("describe: " + e.message);
  }
  set("still-empty", canvases().filter((c) => !filled(c)).map((c) => c.id).join());
  set("error", errors.join("; "));
});
</script>"""


class Seen:
    """The document that a browser leaves behind."""

    def __init__(self, dom):
        self.dom = dom

    def attribute(self, name):
        found = re.search(rf'<html[^>]* data-{name}="([^"]*)"', self.dom)
        return html.unescape(found.group(1)) if found else None

    @property
    def charts(self):
        return json.loads(self.attribute("charts"))


class PageTest(unittest.TestCase):
    """A test sets `page` (a file of render_sample) and `describe` (a script with a function of that name)."""

    page = ""
    describe = "const describe = () => null;"

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.write(pathlib.Path(folder))
            page = pathlib.Path(folder) / cls.page
            watch = WATCH.replace("DESCRIBE", cls.describe)
            page.write_text(page.read_text("utf-8").replace("</head>", watch + "</head>", 1), "utf-8")
            cls.desk = browse(page, 1280)
            cls.phone = browse(page, 400)
            cls.dark = browse(page, 1280, DARK)
        cls.all = [cls.desk, cls.phone, cls.dark]

    @classmethod
    def write(cls, folder):
        """Writes `page` into the folder."""
        subprocess.run([RENDER, folder], check=True, stdout=subprocess.DEVNULL)

    def check_page(self, canvases):
        """No error, every chart drawn, before and after what the test did to it, on a laptop and a phone."""
        for seen in self.all:
            self.assertIn("</html>", seen.dom)
            self.assertEqual(seen.attribute("error"), "")
            self.assertEqual(seen.attribute("canvases"), str(canvases))
            self.assertEqual(seen.attribute("empty"), "")
            self.assertEqual(seen.attribute("still-empty"), "")
            self.assertEqual(seen.attribute("sideways"), "false")
        self.assertEqual(self.desk.attribute("cut-off"), "")


def browse(page, width, *more):
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000",
               f"--window-size={width},1000", *more, "--dump-dom", page.as_uri()]
    return Seen(subprocess.run(command, capture_output=True, text=True, timeout=120).stdout)


def program():
    """What the test was called with."""
    return RENDER


def main():
    global BROWSER, RENDER
    RENDER = sys.argv.pop()
    BROWSER = shutil.which("chromium")
    if not BROWSER:
        print("browser test left out: chromium is missing (scripts/install_packages test)")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main()
