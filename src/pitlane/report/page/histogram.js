// How steady: the times of a network as a distribution.

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
                y: axis("% of " + words.runs, { beginAtZero: true }) },
      plugins: { tooltip: { callbacks: { title: ([item]) => short(item.parsed.x) + " ms",
                                         label: (item) => `${item.dataset.label}: ${short(item.parsed.y, 2)} %` } } },
    },
  });
}
