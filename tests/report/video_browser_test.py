"""A video within a page, in a real browser: it can be played and shows what was encoded, and nothing complains.

Usage: video_browser_test.py RENDER_SAMPLE
Without Chromium, or with a program that makes no videos: exit code 77, "left out" (a failure where CI=true).
"""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

RENDER = sys.argv.pop()
# The page tells what it saw to a server of the test: unlike the document at a page's load, this can wait for a decoder.
WATCH = """<script>
const faults = [];
addEventListener("error", (e) => faults.push(e.message || "a resource"), true);
for (const kind of ["error", "warn"]) console[kind] = (...words) => faults.push(words.join(" "));
addEventListener("load", async () => {
  const video = document.querySelector("video"), seen = { faults, count: document.querySelectorAll("video").length };
  const when = (name) => new Promise((done) => video.addEventListener(name, done, { once: true }));
  const colour_at = async (time) => {
    const there = when("seeked");
    video.currentTime = time;
    await there;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  try {
    if (video.readyState < 4) await when("canplaythrough");
    Object.assign(seen, { state: video.readyState, duration: video.duration, width: video.videoWidth, height: video.videoHeight,
                          shown: video.getBoundingClientRect().width, paused: video.paused });
    seen.early = await colour_at(0.5);
    seen.late = await colour_at(1.5);
    video.currentTime = 0;
    video.muted = true;
    await video.play();
    await when("timeupdate");
    seen.played = video.currentTime;
  } catch (e) {
    faults.push(String(e));
  }
  if (video.error) faults.push(video.error.message);
  fetch("http://127.0.0.1:PORT/", { method: "POST", mode: "no-cors", body: JSON.stringify(seen) });
});
</script>"""


class Ear(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.heard = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.told.set()

    def log_message(self, *words):
        pass


def watch(page):
    server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
    server.told, server.heard = threading.Event(), None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    text = page.read_text("utf-8").replace("</head>", WATCH.replace("PORT", str(server.server_port)) + "</head>", 1)
    page.write_text(text, "utf-8")
    with tempfile.TemporaryDirectory() as profile:
        command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,1000",
                   "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={profile}",
                   "--remote-debugging-port=0", page.as_uri()]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            server.told.wait(120)
        finally:
            browser.terminate()
            browser.wait(30)
            server.shutdown()
            server.server_close()
    return server.heard


class VideoTest(unittest.TestCase):
    def test_plays_in_the_page_of_tune_and_of_drive(self):
        for name in ("report.html", "drives.html"):
            seen = watch(PAGES / name)
            self.assertIsNotNone(seen, f"{name}: the browser said nothing within two minutes")
            self.assertEqual(seen["faults"], [], name)
            self.assertEqual(seen["count"], 1)
            self.assertEqual(seen["state"], 4)
            self.assertEqual((seen["width"], seen["height"]), (320, 180))
            self.assertAlmostEqual(seen["duration"], 2, delta=0.06)
            self.assertGreater(seen["shown"], 600)
            self.assertTrue(seen["paused"], "it starts when somebody wants it to")
            self.assertGreater(seen["played"], 0)
            for colour, wanted in ((seen["early"], (200, 30, 40)), (seen["late"], (30, 60, 210))):
                for channel, value in zip(colour, wanted):
                    self.assertAlmostEqual(channel, value, delta=8, msg=f"{name}: {colour} for {wanted}")


if __name__ == "__main__":
    BROWSER = shutil.which("chromium")
    left_out = "" if BROWSER else "chromium is missing (scripts/install_packages test)"
    with tempfile.TemporaryDirectory() as folder:
        PAGES = pathlib.Path(folder)
        subprocess.run([RENDER, folder], check=True, stdout=subprocess.DEVNULL)
        if not left_out and "<video" not in (PAGES / "report.html").read_text("utf-8"):
            left_out = "this build makes no videos (scripts/install_packages build)"
        if left_out:
            print("browser test of videos left out: " + left_out)
            sys.exit(1 if os.environ.get("CI") == "true" else 77)
        unittest.main()
