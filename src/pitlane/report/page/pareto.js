// What speed costs: a bubble a network.

// Networks that no other beats in both directions, fastest first; who loses laps does not count.
function front(points) {
  const sorted = points.filter((p) => !p.s.loses).sort((a, b) => a.x - b.x || a.y - b.y);
  let best = Infinity;
  return sorted.filter((p) => p.y < best && ((best = p.y), true));
}

// What the page calls its numbers.
const words = { deviation: "Worst mean deviation, m", ms: "median latency, ms", runs: "runs", ...data.words };
const has = (s, { key }) => s[key] !== null && s[key] !== undefined;
const size = { key: "size", label: "file size, MB", of: (s) => s.size * 1e-6 };
// Where nothing was timed the file stands for speed.
const across = timed.length ? { key: "ms", label: words.ms, of: (s) => s.ms.p50 } : size;
const compared = alive.filter((s) => has(s, across) && has(s, size));
const costs = [
  { key: "mse", label: "MSE, normalised units" },
  { key: "deviation", label: words.deviation },
  { key: "lost", label: "Drives not completed, %" },
  { ...size, label: "File size, MB" },
].filter((cost) => cost.key !== across.key && compared.some((s) => has(s, cost)));

function drawPareto() {
  const select = byId("pareto-by");
  if (!select) return;
  if (!select.options.length) {
    fillSelect(select, costs.map((c) => [c.key, c.label]));
    select.addEventListener("change", drawPareto);
  }
  const cost = costs.find((c) => c.key === select.value);
  const known = compared.filter((s) => has(s, cost));
  const largest = Math.max(...known.map((s) => s.size), 1);
  const points = known.map((s) => ({ x: across.of(s), y: cost.of ? cost.of(s) : s[cost.key],
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
      scales: { x: axis(across.label, { beginAtZero: true, grace: "14%" }),
                y: axis(cost.label, { grace: "22%", beginAtZero: low < 0.3 * (high - low) }) },
      plugins: { legend: { display: false }, tooltip: { filter: (item) => item.dataset.type !== "line", callbacks: {
        label: ({ raw: { s } }) => unique([s.name, s.text.p50 || s.text.size, `${cost.label}: ${s.text[cost.key]}`, s.text.size]) } } },
    },
    plugins: [bubbleNames],
  });
}
