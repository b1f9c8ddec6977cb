// Latency bars and the loss curves.

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
