// The page of `drive --report`: lines over latency, bars by perturbation.
const percent = { min: 0, max: 100 };

function drawDecay(id, key, title, more) {
  draw(id, {
    type: "line",
    data: { datasets: data.decays.map((decay, i) => ({
      label: decay.name, data: decay.points.map((p) => ({ x: p.ms, y: p[key] })),
      borderColor: colourOf(i), backgroundColor: colourOf(i), borderDash: dashOf(i), borderWidth: 2, pointRadius: 3, clip: 6,
    })) },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: { x: axis("latency, ms", { type: "linear", beginAtZero: true }), y: axis(title, { beginAtZero: true, ...more }) },
      plugins: { tooltip: { callbacks: { title: ([item]) => item.parsed.x + " ms",
                                         label: (item) => `${item.dataset.label}: ${short(item.parsed.y)}` } } },
    },
  });
}

function drawRobustness(id, key, title, more) {
  draw(id, {
    type: "bar",
    data: { labels: data.perturbations, datasets: data.rows.map((row, i) => ({
      label: row.name, data: row[key], backgroundColor: colourOf(i), borderRadius: 3,
    })) },
    options: {
      scales: { x: { grid: { display: false }, border: { display: false } }, y: axis(title, { beginAtZero: true, ...more }) },
      plugins: { tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${short(item.parsed.y)}` } } },
    },
  });
}

function drawAll() {
  applyTheme();
  drawDecay("completion", "completed", "% completed", percent);
  drawDecay("decay", "deviation", "mean deviation, m", {});
  drawRobustness("robust-completion", "completed", "% completed", percent);
  drawRobustness("robust-deviation", "deviation", "mean deviation, m", {});
}
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
