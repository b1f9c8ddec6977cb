// Lines over a number and bars by a name, with whiskers where a point has an interval: { x or y, low, high }.
const percent = { min: 0, max: 100 };

// 95 % intervals as whiskers; on bars of any colour a seam makes them seen.
const intervals = {
  id: "intervals",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    const lying = chart.options.indexAxis === "y";
    const scale = lying ? chart.scales.x : chart.scales.y;
    ctx.save();
    ctx.beginPath();
    ctx.rect(chartArea.left - 8, chartArea.top - 8, chartArea.width + 16, chartArea.height + 16);
    ctx.clip();
    chart.data.datasets.forEach((set, i) => {
      if (!chart.isDatasetVisible(i)) return;
      chart.getDatasetMeta(i).data.forEach((mark, k) => {
        const interval = set.intervals && set.intervals[k];
        if (!interval) return;
        const [from, to] = interval.map((v) => scale.getPixelForValue(v));
        const at = lying ? mark.y : mark.x;
        const line = (a, b, c, d) => { ctx.moveTo(...(lying ? [b, a] : [a, b])); ctx.lineTo(...(lying ? [d, c] : [c, d])); };
        ctx.beginPath();
        line(at, from, at, to);
        for (const end of [from, to]) line(at - 4, end, at + 4, end);
        const onBars = chart.config.type === "bar";
        for (const [width, colour] of onBars ? [[4.5, css("--card")], [1.5, css("--ink")]] : [[1.5, set.borderColor]]) {
          ctx.lineWidth = width;
          ctx.strokeStyle = colour;
          ctx.stroke();
        }
      });
    });
    ctx.restore();
  },
};

const intervalText = (interval) => (interval ? ` [${short(interval[0])}, ${short(interval[1])}]` : "");
const valueText = (item, value) =>
  `${item.dataset.label}: ${short(value)}${intervalText(item.dataset.intervals && item.dataset.intervals[item.dataIndex])}`;

// The axis reaches as far as all whiskers.
const reach = (all) => ({ suggestedMax: Math.max(0, ...all.filter(Boolean).map(([, high]) => high)) });

// `lines`: { name, index (its colour), points: [{ x, y, interval? }] }
function drawLines(id, lines, xTitle, yTitle, unit, more) {
  draw(id, {
    type: "line",
    data: { datasets: lines.map(({ name, index, points }) => ({
      label: name, data: points.map(({ x, y }) => ({ x, y })), intervals: points.map((p) => p.interval),
      borderColor: colourOf(index), backgroundColor: colourOf(index), borderDash: dashOf(index), borderWidth: 2, pointRadius: 3, clip: 6,
    })) },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: { x: axis(xTitle, { type: "linear", beginAtZero: true }), y: axis(yTitle, { beginAtZero: true, ...reach(lines.flatMap((l) => l.points.map((p) => p.interval))), ...more }) },
      plugins: { tooltip: { callbacks: { title: ([item]) => item.parsed.x + unit, label: (item) => valueText(item, item.parsed.y) } } },
    },
    plugins: [intervals],
  });
}

// `rows`: { name, index, values, intervals? }, a value for each label
function drawBars(id, labels, rows, title, more) {
  draw(id, {
    type: "bar",
    data: { labels, datasets: rows.map((row) => ({
      label: row.name, data: row.values, intervals: row.intervals, backgroundColor: colourOf(row.index), borderRadius: 3,
    })) },
    options: {
      scales: { x: { grid: { display: false }, border: { display: false } }, y: axis(title, { beginAtZero: true, ...reach(rows.flatMap((row) => row.intervals || [])), ...more }) },
      plugins: { tooltip: { callbacks: { label: (item) => valueText(item, item.parsed.y) } } },
    },
    plugins: [intervals],
  });
}
