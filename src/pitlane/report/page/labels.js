// Where names stand beside bubbles: nothing covers anything, as far as there is room. Boxes: x, y of the upper left corner, w, h.
const shared = (from, length, otherFrom, otherLength) =>
  Math.max(0, Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom));
const commonArea = (a, b) => shared(a.x, a.w, b.x, b.w) * shared(a.y, a.h, b.y, b.h);

// How deep a circle reaches into a box.
function depth(circle, b) {
  const dx = Math.max(b.x - circle.x, 0, circle.x - b.x - b.w), dy = Math.max(b.y - circle.y, 0, circle.y - b.y - b.h);
  return Math.max(0, circle.r + 2 - Math.hypot(dx, dy));
}

const sides = [[1, 0], [0, -1], [0, 1], [-1, 0], [0.8, -0.6], [0.8, 0.6], [-0.8, -0.6], [-0.8, 0.6]];

function boxesAround({ x, y, r }, w, h) {
  return [4, 14, 26, 40, 56, 74].flatMap((gap) => sides.map(([dx, dy]) => (
    { x: x + dx * (r + gap) + (Math.sign(dx) * w) / 2 - w / 2, y: y + dy * (r + gap) + (Math.sign(dy) * h) / 2 - h / 2, w, h, gap })));
}

// One box a bubble, in their order; `taken` are boxes that may be crossed, but better not. Each name takes the best place
// that the others leave, three times over.
function placeNames(bubbles, widths, height, area, taken) {
  const placed = [];
  const inside = (b) => b.x >= area.left && b.x + b.w <= area.right && b.y >= area.top && b.y + b.h <= area.bottom;
  const crossed = (boxes, b) => boxes.reduce((sum, other) => sum + commonArea(other, b), 0);
  const place = (bubble, i) => {
    const others = placed.filter((_, k) => k !== i);
    const cost = (b) => b.gap + (inside(b) ? 0 : 500) + 5 * crossed(others, b) + crossed(taken, b) +
      20 * bubbles.reduce((sum, other) => sum + depth(other, b), 0);
    const costs = boxesAround(bubble, widths[i], height).map((box) => ({ box, cost: cost(box) }));
    placed[i] = costs.reduce((best, next) => (next.cost < best.cost ? next : best)).box;
  };
  for (let turn = 0; turn < 3; ++turn) bubbles.forEach(place);
  return placed;
}

// The corners of a stair, horizontal first, as thin boxes.
function stairBoxes(points) {
  return points.slice(1).flatMap((to, i) => {
    const from = points[i];
    return [{ x: from.x, y: from.y - 2, w: to.x - from.x, h: 4 },
            { x: to.x - 2, y: Math.min(from.y, to.y), w: 4, h: Math.abs(to.y - from.y) }];
  });
}

function drawName(ctx, text, box, bubble, colour) {
  const middle = box.y + box.h / 2;
  if (box.gap > 4) {
    const end = { x: Math.max(box.x, Math.min(bubble.x, box.x + box.w)), y: Math.max(box.y, Math.min(bubble.y, box.y + box.h)) };
    const far = Math.hypot(end.x - bubble.x, end.y - bubble.y) || 1;
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(end.x, end.y);
    ctx.lineTo(bubble.x + ((end.x - bubble.x) * bubble.r) / far, bubble.y + ((end.y - bubble.y) * bubble.r) / far);
    ctx.stroke();
  }
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.arc(box.x + 4, middle, 4, 0, 2 * Math.PI);
  ctx.fill();
  ctx.strokeStyle = css("--card");  // a seam, where a line has to be crossed after all
  ctx.lineWidth = 3;
  ctx.strokeText(text, box.x + 12, middle);
  ctx.fillStyle = css("--ink");
  ctx.fillText(text, box.x + 12, middle);
}

// Names at the bubbles, each with a dot of its colour; chart.names keeps what was placed where. A set that is a crowd has
// none.
const bubbleNames = {
  id: "bubbleNames",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.font = "600 12px " + Chart.defaults.font.family;
    ctx.textBaseline = "middle";
    const named = chart.data.datasets.map((set, i) => ({ set, i })).filter(({ set }) => set.type !== "line" && !set.crowd);
    const bubbles = named.map(({ set, i }) => ({ x: chart.getDatasetMeta(i).data[0].x, y: chart.getDatasetMeta(i).data[0].y, r: set.data[0].r }));
    const stairs = chart.data.datasets.flatMap((set, i) => (set.type === "line" ? stairBoxes(chart.getDatasetMeta(i).data) : []));
    const widths = named.map(({ set }) => ctx.measureText(set.label).width + 13);
    const boxes = placeNames(bubbles, widths, 15, chartArea, stairs);
    named.forEach(({ set }, i) => drawName(ctx, set.label, boxes[i], bubbles[i], set.borderColor));
    chart.names = { boxes, bubbles, stairs };
    ctx.restore();
  },
};
