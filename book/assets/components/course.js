/* Ideas of the course to try with the hand. Each element holds its patients as JSON; what is shown
   is computed here, and tests/browser/test_course.py holds it to the package's own numbers. */

// The numbers

const timesOf = (patients) =>
  [...new Set(patients.filter((p) => p.event).map((p) => p.time))].sort((a, b) => a - b);

/** Rows of event times: at risk and events, of all and of the treated. */
function riskSets(patients) {
  return timesOf(patients).map((time) => {
    const there = patients.filter((p) => p.time >= time);
    const now = there.filter((p) => p.event && p.time === time);
    const treated = (set) => set.filter((p) => p.treated).length;
    return { time, n: there.length, n1: treated(there), d: now.length, d1: treated(now) };
  });
}

/** Kaplan and Meier's estimate after each event time, from 1 at time 0. */
function survival(patients) {
  const steps = [{ time: 0, free: 1 }];
  for (const { time, n, d } of riskSets(patients)) {
    steps.push({ time, free: steps.at(-1).free * (1 - d / n) });
  }
  return steps;
}

const freeAt = (steps, time) => steps.findLast((step) => step.time <= time).free;

function chiSquare(patients) {
  let difference = 0, variance = 0;
  for (const { n, n1, d, d1 } of riskSets(patients)) {
    const share = n1 / n;
    difference += d1 - d * share;
    variance += (d * share * (1 - share) * (n - d)) / Math.max(n - 1, 1);
  }
  return difference ** 2 / variance;
}

/** The log partial likelihood, its slope and its information; ties as Breslow's. */
function partial(rows, beta) {
  const theta = Math.exp(beta);
  let loglik = 0, slope = 0, information = 0;
  for (const { n, n1, d, d1 } of rows) {
    const urn = n - n1 + n1 * theta, share = (n1 * theta) / urn;
    loglik += beta * d1 - d * Math.log(urn);
    slope += d1 - d * share;
    information += d * share * (1 - share);
  }
  return { loglik, slope, information };
}

function topOf(rows) {
  let beta = 0;
  for (let step = 0; step < 40; step += 1) {
    const { slope, information } = partial(rows, beta);
    beta += Math.max(-1, Math.min(1, slope / information));
  }
  return beta;
}

/** The area under a curve up to a horizon. */
function area(patients, tau) {
  const steps = survival(patients).filter((step) => step.time < tau);
  return steps.reduce(
    (sum, { time, free }, i) => sum + free * ((steps[i + 1]?.time ?? tau) - time), 0);
}

/** The frail among those left of an arm, and the arm's hazard, of two kinds of patients. */
function crowd(rates, ratio, month) {
  const left = rates.map((rate) => Math.exp(-rate * ratio * month));
  const all = left[0] + left[1];
  const hazard = (ratio * (rates[0] * left[0] + rates[1] * left[1])) / all;
  return { frail: left[0] / all, hazard };
}

/** All ways to choose k of n places. */
function* choices(n, k, from = 0) {
  if (k === 0) { yield []; return; }
  for (let i = from; i <= n - k; i += 1) {
    for (const rest of choices(n, k - 1, i + 1)) yield [i, ...rest];
  }
}

// What is seen

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 560, HEIGHT = 220, LEFT = 44, BELOW = 30;

function made(name, options = {}, ...children) {
  const { text, data, ...rest } = options;
  const node = Object.assign(document.createElement(name), rest);
  if (text !== undefined) node.textContent = text;
  Object.assign(node.dataset, data ?? {});
  node.append(...children);
  return node;
}

function drawn(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/** A small plot: lines, steps, dots and a rule; what it shows is said by the output below it. */
function plot(xs, ys, xlabel) {
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const x = (v) => LEFT + ((v - xs[0]) / (xs[1] - xs[0])) * (WIDTH - LEFT - 12);
  const y = (v) => HEIGHT - BELOW - ((v - ys[0]) / (ys[1] - ys[0])) * (HEIGHT - BELOW - 10);
  const base = HEIGHT - BELOW;
  const show = (marks) => {
    svg.replaceChildren(
      drawn("path", { class: "tb-axis", d: `M${LEFT} 10V${base}H${WIDTH - 12}` }),
      ...[xs[0], xs[1]].map((v, i) => drawn("text",
        { x: x(v), y: base + 18, "text-anchor": i ? "end" : "start" }, minus(v))),
      ...ys.map((v) => drawn("text", { x: LEFT - 6, y: y(v) + 5, "text-anchor": "end" }, minus(v))),
      drawn("text", { x: (LEFT + WIDTH) / 2, y: base + 20, "text-anchor": "middle" }, xlabel),
      ...marks,
    );
  };
  const line = (points, arm) => drawn("path",
    { class: `tb-line tb-arm-${arm}`, d: points.map(([a, b], i) => `${i ? "L" : "M"}${x(a)} ${y(b)}`).join("") });
  const steps = (curve, last, arm) => line(
    curve.flatMap(({ time, free }, i) => [[time, free], [curve[i + 1]?.time ?? last, free]]), arm);
  const filled = (points, arm) => drawn("path",
    { class: `tb-filled tb-arm-${arm}`, d: `${points.map(([a, b], i) => `${i ? "L" : "M"}${x(a)} ${y(b)}`).join("")}Z` });
  const dot = (a, b, arm) => drawn("circle", { class: `tb-arm-${arm}`, cx: x(a), cy: y(b), r: 5 });
  const rule = (a) => drawn("path", { class: "tb-rule", d: `M${x(a)} 10V${base}` });
  return { svg, show, line, steps, filled, dot, rule };
}

const minus = (text) => String(text).replace("-", "\u2212");
const said = (value, digits = 3) => minus(value.toFixed(digits));

/** Output that a screen reader tells after each change, its numbers in full for tests. */
function teller() {
  const output = made("output", { ariaLive: "polite" });
  const tell = (text, numbers) => {
    output.textContent = text;
    output.dataset.numbers = JSON.stringify(numbers);
  };
  return { output, tell };
}

let slides = 0;

function slider(text, { min, max, step, value }, changed) {
  slides += 1;
  const id = `tb-slide-${slides}`;
  const input = made("input", { type: "range", id, min, max, step, value });
  input.addEventListener("input", () => changed(Number(input.value)));
  return { input, box: made("p", {}, made("label", { htmlFor: id, text }), input) };
}

function button(text, pressed) {
  const node = made("button", { type: "button", text });
  node.addEventListener("click", pressed);
  return node;
}

const GREATEST = (patients) => Math.max(...patients.map((p) => p.time));
const halves = (patients) =>
  [false, true].map((treated) => patients.filter((p) => p.treated === treated));

const IDEAS = {
  censor({ patients, at, unit }) {
    const now = patients.map((p) => ({ ...p })), last = GREATEST(now);
    const { output, tell } = teller();
    const figure = plot([0, last], [0, 1], unit);
    const show = () => {
      const curve = survival(now), free = freeAt(curve, at);
      figure.show([figure.rule(at), figure.steps(curve, last, 1)]);
      tell(`Free of the event after month ${at}: ${said(free)}`, [free]);
    };
    const buttons = now.map((p) => {
      const node = button(`${p.patient}, month ${p.time}`, () => {
        p.event = !p.event;
        node.ariaPressed = String(!p.event);
        show();
      });
      node.ariaPressed = String(!p.event);
      return node;
    });
    show();
    return ["Press a patient: censored or not? Those pressed are censored.",
      made("div", { className: "tb-buttons", role: "group", ariaLabel: "Censored" }, ...buttons),
      figure.svg, output];
  },

  urn({ patients }) {
    const real = chiSquare(patients), size = patients.filter((p) => p.treated).length;
    const label = (chosen) => patients.map((p, i) => ({ ...p, treated: chosen.includes(i) }));
    const every = [...choices(patients.length, size)].map((chosen) => chiSquare(label(chosen)));
    const highest = Math.ceil(Math.max(...every));
    const { output, tell } = teller();
    const figure = plot([0, highest], [0, 1], "chi-square; the rule is the real one");
    let dealt = [];
    const show = () => {
      const bins = new Array(24).fill(0);
      for (const one of dealt) bins[Math.min(23, Math.floor((24 * one) / highest))] += 1;
      const most = Math.max(1, ...bins), wide = highest / 24;
      figure.show([
        ...bins.map((count, i) => figure.filled(
          [[i * wide, 0], [i * wide, count / most], [(i + 1) * wide, count / most], [(i + 1) * wide, 0]], 1)),
        figure.rule(real),
      ]);
      const large = dealt.filter((one) => one >= real - 1e-9).length;
      const share = dealt.length ? large / dealt.length : NaN;
      tell(dealt.length
        ? `${dealt.length} deals, ${large} as surprising as the real one: ${said(share)}`
        : "Nothing dealt yet", [real, dealt.length, share]);
    };
    const deal = (count) => {
      for (let i = 0; i < count; i += 1) dealt.push(every[Math.floor(Math.random() * every.length)]);
      show();
    };
    show();
    return ["Call five of the ten treated by chance, and compute chi-square; again and again.",
      made("div", { className: "tb-buttons" },
        button("Deal once", () => deal(1)), button("Deal 100 times", () => deal(100)),
        button("Every way there is", () => { dealt = [...every]; show(); }),
        button("Start again", () => { dealt = []; show(); })),
      figure.svg, output];
  },

  likelihood({ patients }) {
    const rows = riskSets(patients), top = topOf(rows);
    const betas = Array.from({ length: 181 }, (_, i) => -6 + i / 20);
    const hill = betas.map((beta) => partial(rows, beta).loglik);
    const low = Math.floor(Math.min(...hill)), high = Math.ceil(Math.max(...hill));
    const { output, tell } = teller();
    const figure = plot([-6, 3], [low, high], "log hazard ratio");
    const show = (beta) => {
      const { loglik, slope } = partial(rows, beta);
      figure.show([figure.rule(0), figure.line(betas.map((b, i) => [b, hill[i]]), 1),
        figure.dot(beta, loglik, 0)]);
      tell(`Hazard ratio ${said(Math.exp(beta))}: log-likelihood ${said(loglik)}, `
        + `observed minus expected ${said(slope)}`, [beta, loglik, slope]);
    };
    const { input, box } = slider("Log hazard ratio", { min: -6, max: 3, step: 0.05, value: 0 }, show);
    show(0);
    return ["Climb: where do observed and expected meet?", box,
      made("div", { className: "tb-buttons" },
        button("To the top", () => { input.value = top; show(top); })),
      figure.svg, output];
  },

  area({ patients, tau, unit }) {
    const [control, treated] = halves(patients);
    const { output, tell } = teller();
    const figure = plot([0, tau], [0, 1], unit);
    const under = (curve, until) => curve.filter((step) => step.time < until)
      .flatMap(({ time, free }, i, all) => [[time, free], [all[i + 1]?.time ?? until, free]]);
    const show = (until) => {
      const means = [area(control, until), area(treated, until)];
      const curves = [survival(control), survival(treated)];
      const between = [...under(curves[1], until), ...under(curves[0], until).reverse()];
      figure.show([figure.filled(between, 1), figure.rule(until),
        figure.steps(curves[0], tau, 0), figure.steps(curves[1], tau, 1)]);
      const gained = means[1] - means[0];
      tell(`Within ${until} ${unit}: control ${said(means[0], 2)}, treated ${said(means[1], 2)}, `
        + `gained ${said(gained, 2)}`, [...means, gained]);
    };
    const { box } = slider("Horizon", { min: 0.5, max: tau, step: 0.5, value: tau }, show);
    show(tau);
    return ["Move the horizon: how much time is gained until then?", box, figure.svg, output];
  },

  frailty({ rates, ratio }) {
    const kinds = [rates.frail, rates.robust];
    const { output, tell } = teller();
    const figure = plot([0, 24], [0, 1], "month; the line is the hazard ratio of those left");
    let month = 12, times = 1;
    const at = (t) => {
      const own = [kinds[0] * times, kinds[1]];
      const control = crowd(own, 1, t), treated = crowd(own, ratio, t);
      return [control.frail, treated.frail, treated.hazard / control.hazard];
    };
    const show = () => {
      const grid = Array.from({ length: 97 }, (_, i) => i / 4), now = at(month);
      figure.show([
        figure.line(grid.map((t) => [t, Math.min(at(t)[2], 1)]), 1), figure.rule(month),
        figure.dot(month, Math.min(now[2], 1), 0)]);
      tell(`Month ${month}: the frail are ${said(now[0], 2)} of the control arm, ${said(now[1], 2)} `
        + `of the treated; hazard ratio ${said(now[2])}, where each patient's is ${ratio}`, now);
    };
    const first = slider("Month", { min: 0, max: 24, step: 1, value: month },
      (value) => { month = value; show(); });
    const second = slider("How frail are the frail?", { min: 0.1, max: 2, step: 0.1, value: 1 },
      (value) => { times = value; show(); });
    show();
    return ["Wait, and make the frail more or less so.", first.box, second.box, figure.svg, output];
  },
};

for (const box of document.querySelectorAll(".tb-try")) {
  const [question, ...parts] = IDEAS[box.dataset.try](JSON.parse(box.dataset.case));
  box.append(made("p", { className: "tb-asks", text: question }), ...parts);
  box.role = "group";
  box.ariaLabel = question;
  box.hidden = false;
}
