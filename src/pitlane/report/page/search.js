// What the search tried: every student on each of its rungs, beside the network that taught them.
const rungNames = ["taught a little", "taught longer", "taught to the end", "finished in other ways"];

function searchTip(t) {
  if (!t.student) return [`${t.name}: ${t.text.p50}`, `MSE ${t.text.mse}`];
  return [t.row ? `${t.row}: ${t.student}` : t.student, rungNames[t.rung - 1], t.text.ms + ", MSE " + t.text.mse + ", " + t.text.size,
          ...(t.laps ? [`tuning laps ${t.completed} of ${t.laps}, deviation ${t.text.deviation}`] : []), ...(t.failure ? ["out: " + t.failure] : [])];
}

function drawSearch() {
  if (!byId("search")) return;
  const trials = data.search.filter((t) => t.ms > 0 && t.mse > 0);
  const point = (t, r) => ({ x: t.ms, y: t.mse, r, t });
  const crowd = rungNames.map((label, i) => ({
    label, crowd: true, order: 9 - i, borderColor: colourOf(i + 1), backgroundColor: colourOf(i + 1) + (i < 2 ? "44" : "aa"), borderWidth: 1.5,
    data: trials.filter((t) => t.rung === i + 1).map((t) => point(t, i < 2 ? 3.5 : 5)),
    pointStyle: ({ raw }) => (raw && raw.t.failure ? "crossRot" : "circle") })).filter((set) => set.data.length);
  const named = trials.filter((t) => t.row).map((t) => ({ label: t.row, data: [point(t, 7)], borderColor: css("--ink"),
    backgroundColor: "transparent", borderWidth: 1.5, clip: false }));
  const taught = alive.filter((s) => s.index === 0 && s.ms && s.mse > 0).map((s) => ({ label: s.name, borderColor: colourOf(0),
    backgroundColor: colourOf(0) + "aa", borderWidth: 2, clip: false, data: [{ x: s.ms.p50, y: s.mse, r: 7, t: s }] }));
  const ticks = { afterBuildTicks: leading([1, 2, 5]), ticks: { callback: (v) => short(v), includeBounds: false } };
  const all = [...taught, ...crowd].flatMap((set) => set.data);
  const reach = (of) => ({ type: "logarithmic", min: 0.75 * Math.min(...all.map(of)), max: 1.3 * Math.max(...all.map(of)), ...ticks });
  draw("search", {
    type: "bubble",
    data: { datasets: [...taught, ...named, ...crowd] },
    options: {
      layout: { padding: { right: 12, top: 12 } },
      scales: { x: axis("median latency, ms", reach((p) => p.x)),
                y: axis("MSE, normalised units", reach((p) => p.y)) },
      plugins: { legend: { labels: { generateLabels: (chart) =>
                                       Chart.defaults.plugins.legend.labels.generateLabels(chart).map((item) => ({ ...item, pointStyle: "circle" })),
                                     filter: (item, { datasets }) => datasets[item.datasetIndex].crowd, sort: (a, b) => a.datasetIndex - b.datasetIndex } },
                 tooltip: { displayColors: false, filter: (item) => !item.dataset.crowd || !item.raw.t.row, callbacks: { label: ({ raw }) => searchTip(raw.t) } } },
    },
    plugins: [bubbleNames],
  });
}
