// The page of `drive --report`: lines over latency, bars by perturbation, maps.
function drawDecay(id, key, title, more) {
  const lines = data.decays.map((decay, index) => (
    { name: decay.name, index, points: decay.points.map((p) => ({ x: p.ms, y: p[key] })) }));
  drawLines(id, lines, "latency, ms", title, " ms", more);
}

function drawRobustness(id, key, title, more) {
  drawBars(id, data.perturbations, data.rows.map((row, index) => ({ name: row.name, index, values: row[key] })), title, more);
}

function drawAll() {
  applyTheme();
  drawDecay("completion", "completed", "% completed", percent);
  drawDecay("decay", "deviation", "mean deviation, m", {});
  drawRobustness("robust-completion", "completed", "% completed", percent);
  drawRobustness("robust-deviation", "deviation", "mean deviation, m", {});
}
drawAll();
startTrack();
startTables();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  drawAll();
  if (byId("track")) refreshTrack();
});
