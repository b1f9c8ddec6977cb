// The page of a study: totals with intervals, decay over latency, robustness, maps, the filtered table.
const nameOf = (s) => data.strategies[s].name;
const figures = { completion: ["% completed", percent], deviation: ["mean deviation, m", {}] };

// One bar a driver; its whisker is the 95 % interval.
function drawTotal(id, key) {
  const [title, more] = figures[key];
  const totals = data.totals.filter((total) => total[key]);
  byId(id).parentElement.style.height = Math.max(150, 70 + 40 * totals.length) + "px";
  draw(id, {
    type: "bar",
    data: { labels: totals.map((total) => nameOf(total.s)), datasets: [{
      label: title, data: totals.map((total) => total[key][0]), intervals: totals.map((total) => total[key].slice(1)),
      backgroundColor: totals.map((total) => colourOf(total.s)), borderRadius: 3, barPercentage: 0.62 }] },
    options: {
      indexAxis: "y",
      layout: { padding: { right: 14 } },
      scales: { x: axis(title, { beginAtZero: true, ...reach(totals.map((total) => total[key].slice(1))), ...more }),
                y: { grid: { display: false }, border: { display: false }, ticks: { color: css("--ink") } } },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (item) => valueText(item, item.parsed.x) } } },
    },
    plugins: [intervals],
  });
}

const perturbations = unique(data.conditions.map((one) => one.perturbation));
const conditionOf = (s, latency, perturbation) =>
  data.conditions.find((one) => one.s === s && one.latency === latency && one.perturbation === perturbation);

// Drives that nobody completed have no deviation: their points are left out.
function drawDecay(id, key) {
  if (!byId(id)) return;
  const perturbation = byId("decay-perturbation").value;
  const fixed = data.latencies.filter((latency) => latency.ms !== null).sort((a, b) => a.ms - b.ms);
  const lines = data.strategies.map(({ name }, index) => ({ name, index, points: fixed
    .map(({ name: latency, ms }) => ({ ms, value: conditionOf(index, latency, perturbation)[key] }))
    .filter(({ value }) => value).map(({ ms, value }) => ({ x: ms, y: value[0], interval: value.slice(1) })) }));
  drawLines(id, lines, "latency, ms", figures[key][0], " ms", figures[key][1]);
}

function drawRobustness(id, key) {
  if (!byId(id)) return;
  const latency = byId("robust-latency").value;
  const rows = data.strategies.map(({ name }, index) => {
    const values = perturbations.map((perturbation) => conditionOf(index, latency, perturbation)[key]);
    return { name, index, values: values.map((v) => (v ? v[0] : null)), intervals: values.map((v) => v && v.slice(1)) };
  });
  drawBars(id, perturbations, rows, ...figures[key]);
}

function drawConditions() {
  drawDecay("completion", "completion");
  drawDecay("decay", "deviation");
  drawRobustness("robust-completion", "completion");
  drawRobustness("robust-deviation", "deviation");
}

function startConditions() {
  const selects = { "decay-perturbation": perturbations, "robust-latency": data.latencies.map((latency) => latency.name) };
  for (const [id, values] of Object.entries(selects)) {
    if (!byId(id)) continue;
    fillSelect(byId(id), values.map((v) => [v, v]));
    byId(id).addEventListener("change", drawConditions);
  }
}

function drawAll() {
  applyTheme();
  drawTotal("total-completion", "completion");
  drawTotal("total-deviation", "deviation");
  drawPareto();
  drawHistogram();
  drawConditions();
}
startConditions();
drawAll();
startTrack();
byId("laps").dataset.noun = "drives";
startTables();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  drawAll();
  if (byId("track")) refreshTrack();
});
