"use strict";
// What all parts of the page share: the data, the colours in force, small builders.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colourOf = (index) => css("--s" + (index % 8));
// Beyond eight networks colours repeat, so the dash tells them apart as well.
const dashes = [[], [9, 3], [3, 3], [10, 3, 2, 3], [14, 4], [2, 2], [6, 2, 2, 2, 2, 2], [12, 2, 4, 2]];
const dashOf = (index) => dashes[index % 8];
const alive = data.strategies.map((s, index) => ({ ...s, index })).filter((s) => !s.failed);
const timed = alive.filter((s) => s.ms);

function short(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  return value === 0 ? "0" : Number(value.toPrecision(digits)).toString();
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function svgElement(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function fillSelect(select, options, chosen) {
  select.replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
  if (chosen !== undefined && options.some(([value]) => value === chosen)) select.value = chosen;
  select.closest("label").hidden = options.length < 2;
}

const unique = (values) => [...new Set(values)];

// Charts by their canvas; made anew when light turns dark.
const charts = new Map();
function draw(id, config) {
  const canvas = byId(id);
  if (!canvas) return null;
  if (charts.has(id)) charts.get(id).destroy();
  const chart = new Chart(canvas, config);
  charts.set(id, chart);
  return chart;
}

function applyTheme() {
  const font = Chart.defaults.font;
  font.family = getComputedStyle(document.body).fontFamily;
  font.size = 12;
  Chart.defaults.color = css("--soft");
  Chart.defaults.borderColor = css("--line");
  Chart.defaults.animation = false;
  Chart.defaults.responsive = true;
  Chart.defaults.maintainAspectRatio = false;
  const tip = Chart.defaults.plugins.tooltip;
  tip.backgroundColor = css("--ink");
  tip.titleColor = tip.bodyColor = css("--card");
  tip.padding = 10;
  tip.cornerRadius = 8;
  tip.boxPadding = 4;
  const labels = Chart.defaults.plugins.legend.labels;
  labels.usePointStyle = true;
  labels.boxHeight = 8;
  labels.padding = 14;
}

function axis(title, more = {}) {
  return {
    title: { display: true, text: title },
    border: { display: false },
    grid: { color: css("--line"), drawTicks: false },
    ...more,
    ticks: { padding: 6, maxRotation: 0, ...(more.ticks || {}) },
  };
}
