// Where the time of the recommended network goes: its layers beside the machine's limits, and the roofline.
const slowest = (layers, count) => {
  const kept = new Set([...layers].sort((a, b) => b.us - a.us).slice(0, count));
  return layers.filter((layer) => kept.has(layer));
};

const layerTip = (layer) => unique([layer.work, layer.text.us + ", " + layer.text.share, "limit " + layer.text.limit + ", ratio " + layer.text.ratio,
  ...(layer.macs ? [layer.text.gmacs] : []), layer.text.gbs]);

function drawLayers() {
  if (!byId("layers")) return;
  const shown = slowest(data.byLayer.layers, 24);
  byId("layers").parentElement.style.height = Math.max(300, 80 + 24 * shown.length) + "px";
  const set = (label, values, colour, thickness, order) => ({ label, data: values, backgroundColor: colour, grouped: false,
    barPercentage: thickness, categoryPercentage: 1, borderRadius: 2, order });
  draw("layers", {
    type: "bar",
    data: { labels: shown.map((layer) => layer.name),
            datasets: [set("measured", shown.map((layer) => layer.us), colourOf(1), 0.8, 2),
                       set("limit", shown.map((layer) => layer.limit), css("--ink"), 0.24, 1)] },
    options: {
      indexAxis: "y",
      interaction: { mode: "index", axis: "y", intersect: false },
      scales: { x: axis("µs", { beginAtZero: true }),
                y: { grid: { display: false }, border: { display: false }, ticks: { color: css("--ink"), autoSkip: false } } },
      plugins: { tooltip: { displayColors: false, filter: (item) => item.datasetIndex === 0,
                            callbacks: { label: (item) => layerTip(shown[item.dataIndex]) } } },
    },
  });
}

function drawRoofline() {
  if (!byId("roofline")) return;
  const { layers, roofs, gbs } = data.byLayer;
  const shown = slowest(layers.filter((layer) => layer.macs > 0 && layer.us > 0 && layer.bytes > 0), 12);
  const types = roofs.map((roof) => roof.type);
  const colour = (type) => colourOf(1 + Math.max(0, types.indexOf(type)));
  const longest = Math.max(...shown.map((layer) => layer.us), 1e-9);
  const points = shown.map((layer) => ({ x: layer.macs / layer.bytes, y: layer.macs / layer.us * 1e-3,
                                         r: 4 + 12 * Math.sqrt(layer.us / longest), layer }));
  const [left, right] = [Math.min(0.1, ...points.map((p) => p.x)) / 2, Math.max(100, ...points.map((p) => p.x)) * 2];
  const bubbles = points.map((p) => ({ label: p.layer.name, data: [p], borderColor: colour(p.layer.type),
    backgroundColor: colour(p.layer.type) + "66", borderWidth: 2, clip: false }));
  const lines = roofs.map(({ type, gmacs }) => ({ type: "line", label: type, borderColor: colour(type), borderWidth: 2, pointRadius: 0,
    order: 9, data: (gbs > 0 ? [left, Math.min(right, Math.max(left, gmacs / gbs)), right] : [left, right])
      .map((x) => ({ x, y: gbs > 0 ? Math.min(gmacs, gbs * x) : gmacs })) }));
  draw("roofline", {
    type: "bubble",
    data: { datasets: [...bubbles, ...lines] },
    options: {
      layout: { padding: { right: 12, top: 12 } },
      scales: { x: axis("multiply-adds per byte", { type: "logarithmic", min: left, max: right, afterBuildTicks: leading([1]),
                                                    ticks: { callback: (v) => short(v), includeBounds: false } }),
                y: axis("GMAC/s", { type: "logarithmic", grace: "10%", afterBuildTicks: leading([1, 2, 5]), ticks: { callback: (v) => short(v) } }) },
      plugins: { legend: { ...lineLegend, labels: { ...lineLegend.labels, filter: (item, { datasets }) => datasets[item.datasetIndex].type === "line" } },
                 tooltip: { filter: (item) => item.dataset.type !== "line", displayColors: false,
                            callbacks: { label: ({ raw: { layer } }) => [layer.name, ...layerTip(layer)] } } },
    },
    plugins: [bubbleNames],
  });
}
