// Latency bars, what speed costs, the histogram and the loss curves.

// The median's number, and how much faster than the baseline where there is room.
const barText = (s, roomy) => s.text.p50 + (roomy && s.text.speed ? " · " + s.text.speed : "");

// From the bar's end a whisker to p99 with a tick at p90, and behind it the numbers. Past the axis' end an arrow.
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart) {
    const { ctx, scales: { x, y } } = chart;
    ctx.save();
    ctx.font = "600 12px " + Chart.defaults.font.family;
    ctx.textBaseline = "middle";
    ctx.strokeStyle = ctx.fillStyle = css("--ink");
    ctx.lineWidth = 1.5;
    chart.whiskers = timed.map((s, i) => {
      const middle = y.getPixelForValue(i);
      const [from, tick, to] = [s.ms.p50, s.ms.p90, s.ms.p99].map((v) => Math.min(x.getPixelForValue(v), x.right));
      const cut = s.ms.p99 > x.max;
      ctx.beginPath();
      ctx.moveTo(from, middle);
      ctx.lineTo(to, middle);
      if (s.ms.p90 <= x.max) {
        ctx.moveTo(tick, middle - 3);
        ctx.lineTo(tick, middle + 3);
      }
      ctx.moveTo(cut ? to - 5 : to, middle - 5);
      if (cut) ctx.lineTo(to, middle);
      ctx.lineTo(cut ? to - 5 : to, middle + 5);
      ctx.stroke();
      const text = barText(s, chart.roomy);
      ctx.fillText(text, to + 8, middle);
      return { from, to, bar: chart.getDatasetMeta(0).data[i].x, text, left: to + 8, right: to + 8 + ctx.measureText(text).width };
    });
    ctx.restore();
  },
};

function textWidth(texts) {
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.font = "600 12px " + Chart.defaults.font.family;
  return Math.max(...texts.map((text) => ctx.measureText(text).width));
}

function drawLatency() {
  if (!byId("latency")) return;
  const holder = byId("latency").parentElement;
  const room = (chart) => { chart.roomy = holder.clientWidth > 400; return { right: 14 + textWidth(timed.map((s) => barText(s, chart.roomy))) }; };
  // One slow run in a hundred should not squeeze the bars.
  const reach = Math.min(Math.max(...timed.map((s) => s.ms.p99)), 2.5 * Math.max(...timed.map((s) => s.ms.p50)));
  holder.style.height = Math.max(220, 70 + 44 * timed.length) + "px";
  draw("latency", {
    type: "bar",
    data: {
      labels: timed.map((s) => s.name),
      datasets: [{ data: timed.map((s) => s.ms.p50), backgroundColor: timed.map((s) => colourOf(s.index)),
                   borderRadius: { topRight: 4, bottomRight: 4 }, barPercentage: 0.62 }],
    },
    options: {
      indexAxis: "y",
      layout: { padding: ({ chart }) => room(chart) },
      scales: { x: axis("ms", { beginAtZero: true, suggestedMax: reach }),
                y: { grid: { display: false }, border: { display: false }, ticks: { color: css("--ink") } } },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (item) => {
        const { p50, p90, p99 } = timed[item.dataIndex].text;
        return [`p50 ${p50}`, `p90 ${p90}`, `p99 ${p99}`];
      } } } },
    },
    plugins: [whiskers],
  });
}

// Networks that no other beats in both directions, fastest first.
function front(points) {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  let best = Infinity;
  return sorted.filter((p) => p.y < best && ((best = p.y), true));
}

const costs = [
  { key: "mse", label: "MSE, normalised units" },
  { key: "deviation", label: "Worst mean deviation, m" },
  { key: "size", label: "File size, MB", scale: 1e-6 },
].filter((c) => c.key === "size" || timed.some((s) => s[c.key] !== null && s[c.key] !== undefined));

function drawPareto() {
  const select = byId("pareto-by");
  if (!select) return;
  if (!select.options.length) {
    fillSelect(select, costs.map((c) => [c.key, c.label]));
    select.addEventListener("change", drawPareto);
  }
  const cost = costs.find((c) => c.key === select.value);
  const known = timed.filter((s) => s[cost.key] !== null && s[cost.key] !== undefined);
  const largest = Math.max(...known.map((s) => s.size), 1);
  const points = known.map((s) => ({ x: s.ms.p50, y: s[cost.key] * (cost.scale || 1),
                                     r: 5 + 17 * Math.sqrt(s.size / largest), s }));
  // Room for the names must not take the axis below zero.
  const [low, high] = [Math.min(...points.map((p) => p.y)), Math.max(...points.map((p) => p.y))];
  const bubbles = points.map((p) => ({
    label: p.s.name, data: [p], borderColor: colourOf(p.s.index), backgroundColor: colourOf(p.s.index) + "66",
    borderWidth: 2, clip: false,
  }));
  const line = { type: "line", label: "front", data: front(points), borderColor: css("--soft"), borderDash: [4, 4],
                 borderWidth: 1.5, pointRadius: 0, stepped: "before", order: 9 };
  draw("pareto", {
    type: "bubble",
    data: { datasets: [...bubbles, line] },
    options: {
      layout: { padding: { right: 12, top: 12 } },
      scales: { x: axis("median latency, ms", { beginAtZero: true, grace: "14%" }),
                y: axis(cost.label, { grace: "22%", beginAtZero: low < 0.3 * (high - low) }) },
      plugins: { legend: { display: false }, tooltip: { filter: (item) => item.dataset.type !== "line", callbacks: {
        label: ({ raw: { s } }) => unique([s.name, s.text.p50, `${cost.label}: ${s.text[cost.key]}`, s.text.size]) } } },
    },
    plugins: [bubbleNames],
  });
}

// One set of bins for all; logarithmic where the slowest is far from the fastest.
function bins(all) {
  const sorted = [...all].sort((a, b) => a - b);
  const low = Math.max(sorted[0], 1e-9);
  const high = Math.max(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.995))], low * 1.01);
  const logarithmic = high / low > 4;
  const count = 90;
  const edges = Array.from({ length: count + 1 }, (_, i) =>
    logarithmic ? low * (high / low) ** (i / count) : low + ((high - low) * i) / count);
  return { edges, logarithmic };
}

function histogram(samples, edges) {
  const counts = new Array(edges.length - 1).fill(0);
  for (const value of samples) {
    let low = 0, high = edges.length - 1;
    if (value < edges[0] || value > edges[high]) continue;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (edges[middle] <= value) low = middle; else high = middle;
    }
    ++counts[low];
  }
  return counts.map((n, i) => ({ x: edges[i], y: (100 * n) / samples.length }));
}

// A logarithmic axis would print its ends too, however crooked they are: only these leading digits.
const leading = (digits) => (scale) => {
  if (scale.type !== "logarithmic") return;
  scale.ticks = scale.ticks.filter(({ value }) => digits.includes(Math.round(1e6 * value / 10 ** Math.floor(Math.log10(value) + 1e-9)) / 1e6));
};

function drawHistogram() {
  if (!byId("histogram")) return;
  const sampled = timed.filter((s) => s.samples.length);
  const { edges, logarithmic } = bins(sampled.flatMap((s) => s.samples));
  draw("histogram", {
    type: "line",
    data: { datasets: sampled.map((s) => ({
      label: s.name, data: histogram(s.samples, edges), stepped: "before", pointRadius: 0, borderWidth: 2, fill: "origin",
      borderColor: colourOf(s.index), backgroundColor: colourOf(s.index) + "38", pointStyle: "rectRounded",
    })) },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: { x: axis("ms", { type: logarithmic ? "logarithmic" : "linear", min: edges[0], max: edges[edges.length - 1],
                                afterBuildTicks: leading([1, 2, 3, 4, 5, 6, 8]),
                                ticks: { callback: (v) => short(v), includeBounds: false, autoSkip: true, maxTicksLimit: 9 } }),
                y: axis("% of runs", { beginAtZero: true }) },
      plugins: { tooltip: { callbacks: { title: ([item]) => short(item.parsed.x) + " ms",
                                         label: (item) => `${item.dataset.label}: ${short(item.parsed.y, 2)} %` } } },
    },
  });
}

function curve(label, epochs, column, colour, dash) {
  return { label, data: epochs.map((e) => ({ x: e[0], y: e[column] })), borderColor: colour, backgroundColor: colour,
           borderDash: dash, borderWidth: 2, pointRadius: epochs.length > 30 ? 0 : 2.5 };
}

// Solid and dashed in the legend as in the chart.
const lineLegend = { labels: { pointStyleWidth: 30, generateLabels: (chart) =>
  Chart.defaults.plugins.legend.labels.generateLabels(chart).map((item) => ({ ...item, pointStyle: "line", lineWidth: 2,
    lineDash: chart.data.datasets[item.datasetIndex].borderDash })) } };

function drawLosses(id, datasets) {
  const losses = datasets.flatMap((d) => d.data.map((p) => p.y)).filter((y) => y > 0);
  const wide = losses.length > 0 && Math.max(...losses) / Math.min(...losses) > 8;
  draw(id, {
    type: "line",
    data: { datasets },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: { x: axis("epoch", { type: "linear", ticks: { precision: 0 } }),
                y: axis("loss", { ...(wide ? { type: "logarithmic", min: 0.9 * Math.min(...losses), max: 1.1 * Math.max(...losses) } : {}),
                                  afterBuildTicks: leading([1, 2, 5]), ticks: { callback: (v) => short(v, 4), maxTicksLimit: 8 } }) },
      plugins: { legend: lineLegend, tooltip: { usePointStyle: true, callbacks: { title: ([item]) => "epoch " + item.parsed.x,
                 label: (item) => `${item.dataset.label}: ${short(item.parsed.y)}` } } },
    },
  });
}

// Strategies that begin with the same fine-tuning have it once: one entry with all their names.
function tunings() {
  const groups = new Map();
  for (const s of alive.filter((one) => one.tuning.length)) {
    const key = JSON.stringify(s.tuning);
    if (!groups.has(key)) groups.set(key, { names: [], index: s.index, epochs: s.tuning });
    groups.get(key).names.push(s.name);
  }
  return [...groups.values()].map(({ names, ...rest }) => ({ name: names.join(", "), ...rest }));
}

function drawLearning() {
  if (byId("training"))
    drawLosses("training", [curve("validation", data.training, 2, colourOf(1), []),
                            curve("training", data.training, 1, colourOf(2), [5, 4])]);
  if (byId("tuning"))
    drawLosses("tuning", tunings().flatMap(({ name, index, epochs }) => [
      curve(name + ": validation", epochs, 2, colourOf(index), []),
      curve(name + ": training", epochs, 1, colourOf(index), [5, 4])]));
}
