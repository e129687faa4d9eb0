/** Seconds and peak memory over the size of the input, every sample a dot: an SVG without script that reads on light and dark. */

const WIDTH = 760;
const HEIGHT = 300;
const PANEL = { top: 48, width: 300, height: 190 };
const LEFT = [60, 440];
const MEMORY_CAP_MB = 350;

/** Without a preference known, a grey and colours that have contrast on white and on black alike. */
const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #6e7781 }
.title { font-size: 14px; font-weight: 600 }
.axis { stroke: #8c959f; fill: none } .grid { stroke: #8c959f; stroke-opacity: .3 }
.line { stroke: #0969da; fill: none; stroke-width: 2 } .dot { fill: #0969da; fill-opacity: .55 }
.mark { stroke: #bc4c00; stroke-dasharray: 5 4; fill: none } .mark-text { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
text { fill: #b1bac4 } .line { stroke: #58a6ff } .dot { fill: #58a6ff }
.mark { stroke: #f0883e } .mark-text { fill: #f0883e }
}`;

/** Null when the sizes were not measured. */
export function scalingChart({ machine, experiments }) {
  const found = experiments.find(({ chart, status }) => chart !== undefined && status === 'measured');
  if (found === undefined) return null;
  const points = found.chart.map((key) => pointOf(found.contestants[key]));
  return drawChart(points, `${machine.cores} x ${machine.cpu}, ${found.runs} runs each, ${found.measured}`);
}

function pointOf({ bytes, samples, summary }) {
  return {
    gb: bytes / 1e9,
    seconds: { middle: summary.seconds, all: samples.map((sample) => sample.seconds) },
    peakMb: { middle: summary.peakMb, all: samples.map((sample) => sample.peakMb) },
  };
}

export function drawChart(points, caption) {
  const first = points[0];
  const last = points.at(-1);
  const straight = [
    [0, 0],
    [last.gb, (first.seconds.middle / first.gb) * last.gb],
  ];
  const cap = [
    [0, MEMORY_CAP_MB],
    [last.gb, MEMORY_CAP_MB],
  ];
  const name = 'faultline report: seconds and peak memory over gigabytes of syslog';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeXml(name)}">`,
    `<title>${escapeXml(name)}</title>`,
    `<desc>${escapeXml(points.map(inWords).join('; '))}</desc>`,
    `<style>${STYLE}\n</style>`,
    ...panel(LEFT[0], 'seconds', points, 'seconds', { line: straight, text: 'as the smallest, per byte' }),
    ...panel(LEFT[1], 'peak memory, MB', points, 'peakMb', { line: cap, text: `${MEMORY_CAP_MB} MB allowed` }),
    `<text x="${LEFT[0]}" y="${HEIGHT - 10}">${escapeXml(`GB of syslog, one line in 1,000 relevant; ${caption}`)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function inWords({ gb, seconds, peakMb }) {
  return `${round(gb)} GB: ${seconds.middle.toFixed(2)} s, ${peakMb.middle.toFixed(0)} MB`;
}

function panel(left, title, points, quantity, mark) {
  const [mostX, mostY] = [
    Math.max(...points.map(({ gb }) => gb)),
    Math.max(...points.flatMap((point) => point[quantity].all), ...mark.line.map(([, y]) => y)),
  ];
  const ticks = ticksTo(mostY);
  const top = ticks.at(-1);
  const x = (gb) => round(left + (gb / (mostX * 1.04)) * PANEL.width);
  const y = (value) => round(PANEL.top + PANEL.height - (value / top) * PANEL.height);
  const path = (pairs) => pairs.map(([gb, value]) => `${x(gb)},${y(value)}`).join(' ');
  const [bottom, right] = [PANEL.top + PANEL.height, left + PANEL.width];
  const [markX, markY] = mark.line.at(-1);
  return [
    `<text class="title" x="${left}" y="26">${escapeXml(title)}</text>`,
    ...ticks.flatMap((tick) => [
      `<line class="grid" x1="${left}" y1="${y(tick)}" x2="${right}" y2="${y(tick)}"/>`,
      `<text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
    ]),
    ...points.map(({ gb }) => `<text x="${x(gb)}" y="${bottom + 18}" text-anchor="middle">${round(gb)}</text>`),
    `<polyline class="axis" points="${left},${PANEL.top} ${left},${bottom} ${right},${bottom}"/>`,
    `<polyline class="mark" points="${path(mark.line)}"/>`,
    `<text class="mark-text" x="${x(markX)}" y="${y(markY) - 6}" text-anchor="end">${escapeXml(mark.text)}</text>`,
    `<polyline class="line" points="${path(points.map((point) => [point.gb, point[quantity].middle]))}"/>`,
    ...points.flatMap((point) =>
      point[quantity].all.map((value) => `<circle class="dot" cx="${x(point.gb)}" cy="${y(value)}" r="3"/>`),
    ),
  ];
}

/** From 0 in steps of 1, 2 or 5 times a power of ten, four to eight of them, the last not below `most`. */
export function ticksTo(most) {
  if (!(most > 0) || !Number.isFinite(most)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => most / one <= 7);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

/** Two digits of a fraction, and none of the noise of binary fractions. */
function round(value) {
  return Number(value.toFixed(Math.abs(value) < 0.1 ? 4 : 2));
}

export function escapeXml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
