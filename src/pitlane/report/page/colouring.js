// Paths coloured by a value along them, and the scale that says what the colours mean.
const shades = 7;  // --h0 ... --h6 of style.css
const shadeOf = (share) => Math.min(shades - 1, Math.max(0, Math.floor(share * shades)));

// What a path may be coloured by: values of its points, the title of the scale, whether the scale begins at 0.
const colourings = {
  deviation: { label: "deviation", title: "deviation from the line, m", fromZero: true,
               values: (lap) => lap.path.filter((_, i) => i % 4 === 3).map((v) => Math.abs(v) / 1000) },
  speed: { label: "speed", title: "speed, m/s", fromZero: false, values: (lap) => lap.speed.map((v) => v / 1000) },
};

// Steps of 1, 2 or 5 around all values; who left the road does not stretch it.
function colourRange(colouring, laps) {
  const done = laps.filter((lap) => lap.done);
  const values = (done.length ? done : laps).flatMap(colouring.values);
  const high = values.reduce((a, b) => Math.max(a, b), 0);
  const low = colouring.fromZero ? 0 : values.reduce((a, b) => Math.min(a, b), high);
  const power = 10 ** Math.floor(Math.log10(Math.max(high - low, 1e-3)));
  const step = power / 5;
  return { low: Math.floor(low / step + 1e-6) * step, high: Math.max(Math.ceil(high / step - 1e-6) * step, Math.floor(low / step) * step + step) };
}

// One path element a shade: all pieces of that shade. A piece has the mean of its ends.
function colouredPaths(points, values, range, attributes) {
  const pieces = Array.from({ length: shades }, () => []);
  for (let i = 1; i < points.length; ++i) {
    const share = ((values[i - 1] + values[i]) / 2 - range.low) / (range.high - range.low);
    const shade = shadeOf(share), piece = pieces[shade];
    const last = piece[piece.length - 1];
    if (last && last.end === i - 1) { last.points.push(points[i]); last.end = i; }
    else piece.push({ points: [points[i - 1], points[i]], end: i });
  }
  return pieces.flatMap((piece, shade) => piece.length
    ? [svgElement("path", { ...attributes, d: piece.map((p) => d(p.points, false)).join(""), stroke: `var(--h${shade})` })] : []);
}

function drawColourScale(holder, colouring, range) {
  holder.hidden = !colouring;
  if (!colouring) return holder.replaceChildren();
  const at = (k) => short(range.low + (k * (range.high - range.low)) / shades, 3);
  const bar = element("span", { class: "shades", "aria-hidden": "true" });
  for (let k = 0; k < shades; ++k) bar.append(element("i", { style: `background: var(--h${k})` }));
  holder.replaceChildren(element("span", {}, at(0)), bar, element("span", {}, at(shades)), element("span", { class: "quiet" }, colouring.title));
}
