// Latency bars, what speed costs, the histogram and the loss curves.

// p90 to p99 as a whisker on each bar, and the numbers behind it.
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart) {
    const { ctx, scales: { x, y }, chartArea } = chart;
    ctx.save();
    timed.forEach((s, i) => {
      const middle = y.getPixelForValue(i);
      const [from, to] = [x.getPixelForValue(s.ms.p90), x.getPixelForValue(s.ms.p99)];
      ctx.strokeStyle = css("--ink");
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      for (const at of [from, to]) { ctx.moveTo(at, middle - 5); ctx.lineTo(at, middle + 5); }
      ctx.moveTo(from, middle);
      ctx.lineTo(to, middle);
      ctx.stroke();
      const faster = i === 0 && s.index === 0 ? "" : " · " + short(timed[0].ms.p50 / s.ms.p50, 2) + "×";
      const text = short(s.ms.p50) + " ms" + faster;
      ctx.font = "600 12px " + Chart.defaults.font.family;
      ctx.fillStyle = css("--ink");
      ctx.textBaseline = "middle";
      ctx.textAlign = "left";
      const left = Math.min(to + 8, chartArea.right - ctx.measureText(text).width);
      ctx.fillText(text, left, middle);
    });
    ctx.restore();
  },
};

function drawLatency() {
  if (!byId("latency")) return;
  const longest = Math.max(...timed.map((s) => s.ms.p99));
  byId("latency").parentElement.style.height = Math.max(220, 70 + 44 * timed.length) + "px";
  draw("latency", {
    type: "bar",
    data: {
      labels: timed.map((s) => s.name),
      datasets: [{ data: timed.map((s) => s.ms.p50), backgroundColor: timed.map((s) => colourOf(s.index)),
                   borderRadius: 5, barPercentage: 0.62 }],
    },
    options: {
      indexAxis: "y",
      scales: { x: axis("ms", { beginAtZero: true, suggestedMax: longest * 1.3 }),
                y: { grid: { display: false }, border: { display: false }, ticks: { color: css("--ink") } } },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (item) => {
        const { p50, p90, p99 } = timed[item.dataIndex].ms;
        return [`p50 ${short(p50)} ms`, `p90 ${short(p90)} ms`, `p99 ${short(p99)} ms`];
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

// Names at the bubbles, moved down where they would cover each other.
const bubbleNames = {
  id: "bubbleNames",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    const placed = [];
    ctx.save();
    ctx.font = "600 12px " + Chart.defaults.font.family;
    ctx.textBaseline = "middle";
    chart.data.datasets.forEach((set, i) => {
      if (set.type === "line" || !chart.isDatasetVisible(i)) return;
      const { x, y } = chart.getDatasetMeta(i).data[0];
      const width = ctx.measureText(set.label).width;
      const fitsRight = x + set.data[0].r + 6 + width < chartArea.right;
      const left = fitsRight ? x + set.data[0].r + 6 : x - set.data[0].r - 6 - width;
      let top = y;
      const covers = (p) => Math.abs(p.top - top) < 14 && left < p.right && p.left < left + width;
      for (let turn = 1; placed.some(covers) && turn < 12; ++turn)
        top = y + (turn % 2 ? 1 : -1) * Math.ceil(turn / 2) * 14;
      placed.push({ left, right: left + width, top });
      ctx.fillStyle = css("--ink");
      ctx.fillText(set.label, left, top);
    });
    ctx.restore();
  },
};

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
  const bubbles = points.map((p) => ({
    label: p.s.name, data: [p], borderColor: colourOf(p.s.index), backgroundColor: colourOf(p.s.index) + "66",
    borderWidth: 2, clip: false,
  }));
  const line = { type: "line", label: "front", data: front(points), borderColor: css("--soft"), borderDash: [4, 4],
                 borderWidth: 1.5, pointRadius: 0, stepped: "after", order: 9 };
  draw("pareto", {
    type: "bubble",
    data: { datasets: [...bubbles, line] },
    options: {
      layout: { padding: { right: 12, top: 12 } },
      scales: { x: axis("median latency, ms", { beginAtZero: true, grace: "14%" }), y: axis(cost.label, { grace: "22%" }) },
      plugins: { legend: { display: false }, tooltip: { filter: (item) => item.dataset.type !== "line", callbacks: {
        label: ({ raw }) => [raw.s.name, `${short(raw.x)} ms`, `${cost.label}: ${short(raw.y, 4)}`,
                             megabytes(raw.s.size)] } } },
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
                                ticks: { callback: (v) => short(v), autoSkip: true, maxTicksLimit: 9 } }),
                y: axis("% of runs", { beginAtZero: true }) },
      plugins: { tooltip: { callbacks: { title: ([item]) => short(item.parsed.x) + " ms",
                                         label: (item) => `${item.dataset.label}: ${short(item.parsed.y, 2)} %` } } },
    },
  });
}

function curve(label, epochs, column, colour, dash, marker) {
  return { label, data: epochs.map((e) => ({ x: e[0], y: e[column] })), borderColor: colour, backgroundColor: colour,
           borderDash: dash, borderWidth: 2, pointRadius: epochs.length > 30 ? 0 : 2.5, pointStyle: marker, tension: 0.2 };
}

function drawLosses(id, datasets) {
  const losses = datasets.flatMap((d) => d.data.map((p) => p.y)).filter((y) => y > 0);
  const wide = losses.length > 0 && Math.max(...losses) / Math.min(...losses) > 8;
  draw(id, {
    type: "line",
    data: { datasets },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: { x: axis("epoch", { type: "linear", ticks: { precision: 0 } }),
                y: axis("loss", { type: wide ? "logarithmic" : "linear", ticks: { callback: (v) => short(v, 2), maxTicksLimit: 8 } }) },
      plugins: { tooltip: { callbacks: { title: ([item]) => "epoch " + item.parsed.x } } },
    },
  });
}

function drawLearning() {
  if (byId("training"))
    drawLosses("training", [curve("validation", data.training, 2, colourOf(1), [], "circle"),
                            curve("training", data.training, 1, colourOf(2), [5, 4], "rect")]);
  if (byId("tuning"))
    drawLosses("tuning", alive.filter((s) => s.tuning.length).flatMap((s) => [
      curve(s.name, s.tuning, 2, colourOf(s.index), [], markers[s.index % 8]),
      curve(s.name + ", training", s.tuning, 1, colourOf(s.index), [5, 4], markers[s.index % 8])]));
}
