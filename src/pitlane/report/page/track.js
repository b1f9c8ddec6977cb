// Circuits as tabs, the driven paths over the road, the deviation along the lap.
const view = { circuit: null, direction: "forward", delay: null, perturbation: null, seed: null, widen: 4, shown: new Set(), colour: "" };
const directionOf = (lap) => (lap.reverse ? "reverse" : "forward");
// What a drive is chosen by: the control's id (where the page has it), which is its key in view, and the drive's value.
const choices = { direction: directionOf, perturbation: (lap) => lap.perturbation, delay: (lap) => lap.latency, seed: (lap) => lap.seed };
const isChosen = (lap) => lap.circuit === view.circuit && Object.entries(choices).every(([key, of]) => of(lap) === view[key]);

const circuitNames = unique(data.laps.map((lap) => lap.circuit));
const mapOf = (name) => data.circuits.find((c) => c.name === name);

function pairs(flat, stride) {
  const out = [];
  for (let i = 0; i + 1 < flat.length; i += stride) out.push([flat[i] / 1000, -flat[i + 1] / 1000]);  // y up
  return out;
}

const d = (points, closed) => points.length
  ? "M" + points.map(([x, y]) => x.toFixed(2) + " " + y.toFixed(2)).join("L") + (closed ? "Z" : "") : "";

function box(points, margin) {
  const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
  const low = (v) => v.reduce((a, b) => Math.min(a, b), Infinity), high = (v) => v.reduce((a, b) => Math.max(a, b), -Infinity);
  return { x: low(xs) - margin, y: low(ys) - margin, w: high(xs) - low(xs) + 2 * margin, h: high(ys) - low(ys) + 2 * margin };
}

// The nearest point of the closed line.
function foot([x, y], line) {
  let best = Infinity, at = null;
  for (let i = 0; i < line.length; ++i) {
    const a = line[i], b = line[(i + 1) % line.length];
    const dx = b[0] - a[0], dy = b[1] - a[1];
    const square = dx * dx + dy * dy;
    const t = square > 0 ? Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / square)) : 0;
    const px = a[0] + t * dx, py = a[1] + t * dy;
    const far = (x - px) ** 2 + (y - py) ** 2;
    if (far < best) { best = far; at = [px, py]; }
  }
  return at;
}

// Half of the road's width at each point of the line, metres.
const halfWidths = (map, line) => line.map((_, i) => (map.widths ? map.widths[i] / 1000 : map.width) / 2);

// The road as one quadrangle for each piece of the line, all turning the same way: where they lie on one another the road
// has no holes.
function roadOutline(line, half) {
  const n = line.length, at = (i) => line[(i + n) % n];
  const sides = line.map(([x, y], i) => {
    const dx = at(i + 1)[0] - at(i - 1)[0], dy = at(i + 1)[1] - at(i - 1)[1], reach = half[i] / (Math.hypot(dx, dy) || 1);
    return [[x - dy * reach, y + dx * reach], [x + dy * reach, y - dx * reach]];
  });
  return sides.map(([left, right], i) => {
    const [nextLeft, nextRight] = sides[(i + 1) % n];
    const corners = [left, nextLeft, nextRight, right];
    const turn = corners.reduce((sum, [x, y], k) => sum + x * corners[(k + 1) % 4][1] - y * corners[(k + 1) % 4][0], 0);
    return d(turn < 0 ? corners.reverse() : corners, true);
  }).join("");
}

function widened(points, line, factor) {
  if (factor === 1 || line.length < 2) return points;
  return points.map((p) => {
    const base = foot(p, line);
    return [base[0] + factor * (p[0] - base[0]), base[1] + factor * (p[1] - base[1])];
  });
}

const lapsShown = () => data.laps.filter((lap) => isChosen(lap) && view.shown.has(lap.s));

function tab(name) {
  const laps = data.laps.filter((lap) => lap.circuit === name);
  const done = laps.filter((lap) => lap.done).length;
  const map = mapOf(name);
  const line = map ? pairs(map.line, 2) : pairs(laps[0].path, 4);
  const button = element("button", { type: "button", class: "tab", "aria-pressed": "false" });
  if (line.length > 1) {
    const { x, y, w, h } = box(line, 0.06 * Math.max(box(line, 0).w, box(line, 0).h) + 1);
    button.append(svgElement("svg", { viewBox: `${x} ${y} ${w} ${h}`, "aria-hidden": "true" },
      svgElement("path", { d: d(line, true), fill: "none", stroke: "var(--ink)", "stroke-width": "2.5",
                           "stroke-linejoin": "round", "vector-effect": "non-scaling-stroke" })));
  }
  button.append(element("strong", { title: name }, name));
  button.append(element("small", { class: done === laps.length ? "good" : "bad" },
    `${done === laps.length ? "✓" : "✗"} ${done}/${laps.length} laps`));
  if (laps.some((lap) => lap.held)) button.append(element("span", { class: "badge" }, "not trained on"));
  button.addEventListener("click", () => { view.circuit = name; refreshTrack(); });
  button.dataset.circuit = name;
  return button;
}

function chip(s) {
  const sample = svgElement("svg", { viewBox: "0 0 26 8", "aria-hidden": "true" }, svgElement("line", {
    x1: 0, x2: 26, y1: 4, y2: 4, stroke: `var(--s${s.index % 8})`, "stroke-width": 3, "stroke-dasharray": dashOf(s.index).join(" ") }));
  const button = element("button", { type: "button", class: "chip", "aria-pressed": "true" }, sample, s.name,
                         element("span", { class: "mark" }));
  button.dataset.index = s.index;
  button.addEventListener("click", () => {
    if (!view.shown.delete(s.index)) view.shown.add(s.index);
    refreshTrack();
  });
  return button;
}

function startMark(line, reverse) {
  const [a, b] = [line[0], line[1]];
  const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI + (reverse ? 180 : 0);
  return { at: a, angle };
}

function drawMap() {
  const map = mapOf(view.circuit);
  const laps = lapsShown();
  const line = map ? pairs(map.line, 2) : [];
  const paths = laps.map((lap) => widened(pairs(lap.path, 4), line, view.widen));
  const everything = line.length > 1 ? line : paths.flat();
  const holder = byId("map");
  if (everything.length < 2) { holder.replaceChildren(element("p", { class: "quiet" }, "Nothing to draw.")); return; }
  const half = map ? halfWidths(map, line).map((metres) => metres * view.widen) : [];
  const road = 2 * half.reduce((a, b) => Math.max(a, b), map ? 0 : 1.5 * view.widen);
  let { x, y, w, h } = box([...everything, ...(line.length > 1 ? [] : paths.flat())], road);
  if (h > w) {  // Lay tall circuits on their side: screens are wide.
    const turn = ([px, py]) => [-py, px];
    line.splice(0, line.length, ...line.map(turn));
    paths.forEach((path, i) => { paths[i] = path.map(turn); });
    ({ x, y, w, h } = box(line.length > 1 ? line : paths.flat(), road));
  }
  const unit = w / 900;  // about one pixel
  const svg = svgElement("svg", { viewBox: `${x} ${y} ${w} ${h}`, role: "img",
    "aria-label": `${view.circuit}: the road and the paths of ${laps.length} networks` });
  if (line.length > 1) {
    const stroke = { d: d(line, true), fill: "none", "stroke-linejoin": "round" };
    if (map && map.widths) svg.append(svgElement("path", { d: roadOutline(line, half), fill: "var(--road)", stroke: "var(--road)", "stroke-width": unit }));
    else svg.append(svgElement("path", { ...stroke, stroke: "var(--road)", "stroke-width": road }));
    svg.append(svgElement("path", { ...stroke, stroke: "var(--centre)", "stroke-width": 1.2 * unit,
                                    "stroke-dasharray": `${6 * unit} ${6 * unit}` }));
  }
  const colouring = colourings[view.colour], range = colouring && colourRange(colouring, laps);
  drawColourScale(byId("colour-scale"), colouring, range);
  paths.forEach((path, i) => {
    const lap = laps[i];
    const stroke = { fill: "none", "stroke-linejoin": "round", class: "path" };
    const group = svgElement("g", {}, svgElement("title", {}, `${data.strategies[lap.s].name}: mean ${lap.mean} m, largest ${lap.max} m`));
    if (colouring) group.append(...colouredPaths(path, colouring.values(lap), range, { ...stroke, "stroke-width": 3 * unit, "stroke-linecap": "round" }));
    else group.append(svgElement("path", { ...stroke, d: d(path, false), stroke: `var(--s${lap.s % 8})`, "stroke-width": 2.2 * unit,
                                           "stroke-dasharray": dashOf(lap.s).map((n) => n * unit).join(" ") }));
    svg.append(group);
    if (!lap.done && path.length) {
      const [ex, ey] = path[path.length - 1], r = 7 * unit;
      svg.append(svgElement("path", { d: `M${ex - r} ${ey - r}L${ex + r} ${ey + r}M${ex - r} ${ey + r}L${ex + r} ${ey - r}`,
        stroke: "var(--bad)", "stroke-width": 3 * unit, "stroke-linecap": "round" }));
    }
  });
  if (line.length > 1) {
    const { at, angle } = startMark(line, view.direction === "reverse");
    const r = Math.max(9 * unit, half[0]);
    svg.append(svgElement("g", { transform: `translate(${at[0]} ${at[1]}) rotate(${angle})` },
      svgElement("line", { x1: 0, x2: 0, y1: -r, y2: r, stroke: "var(--ink)", "stroke-width": 3 * unit }),
      svgElement("path", { d: `M${4 * unit} ${-6 * unit}L${15 * unit} 0L${4 * unit} ${6 * unit}Z`, fill: "var(--ink)" })));
  }
  svg.append(svgElement("circle", { r: 6 * unit, fill: "var(--ink)", stroke: "var(--card)", "stroke-width": 2 * unit,
                                    visibility: "hidden", id: "map-dot" }));
  holder.replaceChildren(svg);
  view.paths = paths;
  const held = laps.some((lap) => lap.held) ? " Not trained on: this circuit is held out, not among those the network was trained on." : "";
  byId("map-note").textContent = (view.widen > 1
    ? `Road and distances from the line are drawn ${view.widen}× wider than they are; lengths along it are true.` : "True to scale.") +
    " The bar is the start, the arrow the direction; a cross marks where a drive ended early." + held;
}

// Points at the place on the map that the chart's cursor is at.
function follow(event, items, chart) {
  const mark = byId("map-dot");
  if (!mark) return;
  const item = items[0];
  const point = item && chart.data.datasets[item.datasetIndex].data[item.index];
  const place = point && view.paths[point.path] && view.paths[point.path][point.i];
  if (!place) return mark.setAttribute("visibility", "hidden");
  mark.setAttribute("cx", place[0]);
  mark.setAttribute("cy", place[1]);
  mark.setAttribute("visibility", "visible");
}

// Steps of 1, 2 or 5 that meet zero, as far on one side as on the other.
function evenAxis(values) {
  const limit = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0.2);
  const power = 10 ** Math.floor(Math.log10(limit / 3));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s * 3 >= limit * 0.999);
  const end = Math.ceil(limit / step - 0.001) * step;
  const grid = { drawTicks: false, color: ({ tick }) => css(Math.abs(tick.value) < step / 2 ? "--soft" : "--line") };
  return { min: -end, max: end, grid, ticks: { stepSize: step, callback: (v) => short(v) } };
}

// A value of all shown drives along the lap. `valueOf`: of a lap and the number of its point. `scaleOf`: the axis for
// the values of those who completed: whoever left the road runs out of the picture rather than flattening the others.
function drawAlong(id, unit, digits, valueOf, scaleOf) {
  const laps = lapsShown();
  const datasets = laps.map((lap, path) => {
    const points = [];
    for (let i = 0; 4 * i + 3 < lap.path.length; ++i) points.push({ x: lap.path[4 * i + 2] / 1000, y: valueOf(lap, i) / 1000, path, i });
    return { label: data.strategies[lap.s].name, data: points, borderColor: colourOf(lap.s), borderDash: dashOf(lap.s),
             backgroundColor: colourOf(lap.s), borderWidth: 1.6, pointRadius: 0 };
  });
  const done = datasets.filter((_, i) => laps[i].done);
  const measured = (done.length ? done : datasets).flatMap((set) => set.data.map((p) => p.y));
  draw(id, {
    type: "line",
    data: { datasets },
    options: {
      parsing: false, normalized: true, onHover: follow,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: { x: axis("along the lap, m", { type: "linear", ticks: { maxTicksLimit: 12 } }), y: axis(unit, scaleOf(measured)) },
      plugins: { legend: { display: false }, tooltip: { callbacks: {
        title: ([item]) => Math.round(item.parsed.x) + " m",
        label: (item) => `${item.dataset.label}: ${item.parsed.y.toFixed(digits)} ${unit}` } } },
    },
  });
}

function refreshTrack() {
  const laps = data.laps.filter((lap) => lap.circuit === view.circuit);
  const keep = (values, value) => (values.includes(value) ? value : values[0]);
  for (const [key, of] of Object.entries(choices)) {
    const values = unique(laps.map(of));
    view[key] = keep(values, view[key]);
    if (byId(key)) fillSelect(byId(key), values.map((v) => [v, v]), view[key]);
  }
  for (const button of byId("circuits").children) button.setAttribute("aria-pressed", button.dataset.circuit === view.circuit);
  for (const button of byId("shown").children) {
    const index = Number(button.dataset.index);
    const lap = laps.find((l) => l.s === index && isChosen(l));
    button.setAttribute("aria-pressed", view.shown.has(index));
    const mark = button.querySelector(".mark");
    mark.textContent = !lap ? "–" : lap.done ? "✓" : "✗";
    mark.className = "mark " + (lap && lap.done ? "good" : "bad");
  }
  drawMap();
  drawAlong("deviation", "m", 3, (lap, i) => lap.path[4 * i + 3], evenAxis);
  drawAlong("speed", "m/s", 2, (lap, i) => lap.speed[i], () => ({ grace: "8%" }));
}

function startTrack() {
  if (!byId("track")) return;
  const driven = alive.filter((s) => data.laps.some((lap) => lap.s === s.index));
  view.shown = new Set(driven.map((s) => s.index));
  view.circuit = circuitNames[0];
  byId("circuits").append(...circuitNames.map(tab));
  byId("shown").append(...driven.map(chip));
  for (const key of Object.keys(choices))
    if (byId(key)) byId(key).addEventListener("change", (event) => { view[key] = event.target.value; refreshTrack(); });
  fillSelect(byId("colour"), [["", "network"], ...Object.entries(colourings).map(([key, { label }]) => [key, label])]);
  byId("colour").addEventListener("change", (event) => { view.colour = event.target.value; drawMap(); });
  byId("widen").addEventListener("input", (event) => {
    view.widen = Number(event.target.value);
    byId("widen-value").textContent = view.widen + "×";
    drawMap();
  });
  refreshTrack();
}
