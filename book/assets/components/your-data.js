/* One's own data in the browser: a file is read, asked about and analysed here, and goes nowhere.
   Nothing that could turn an effect round is guessed: every choice is the reader's, with what it
   would mean beside it. Estimators in estimates.js, what is read in tabular.js. */
{
const E = globalThis.tbEstimates;
const { problemsOf, readTable, candidates } = globalThis.tbTabular;
const DAYS = { days: 1, weeks: 7, months: 30.4375, years: 365.25 };
const STEPS = {
  days: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
  weeks: [1, 2, 4, 8, 13, 26, 52, 104, 208, 520],
  months: [1, 2, 3, 6, 12, 24, 36, 60, 120, 240],
  years: [0.25, 0.5, 1, 2, 5, 10, 20, 50],
};
const MOST_SIZE = 100 * 2 ** 20;
const COLOURS = ["#b4480b", "#0b5fa5", "#04705a", "#8a3d7c", "#6b5a00", "#4a4f57"];
const add = (tag, parent, properties = {}, attributes = {}) => {
  const one = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  parent.append(one);
  return one;
};
const short = (value) => Math.abs(value) < 1000 ? String(Number(value.toPrecision(4))) : Math.round(value).toLocaleString("en");
const fixed = (value, digits) => Number.isFinite(value) ? value.toFixed(digits) : "NE";
/* As the New England Journal of Medicine prints it; what is below 0.05 is not rounded up to it. */
const p = (value) => {
  if (!Number.isFinite(value)) return "NE";
  if (value < 0.001) return "P<0.001";
  let digits = value < 0.01 ? 3 : 2;
  while (value < 0.05 && Number(value.toFixed(digits)) >= 0.05 && digits < 6) digits += 1;
  return `P=${value.toFixed(digits)}`;
};
const events = (n) => `${n.toLocaleString("en")} ${n === 1 ? "event" : "events"}`;
const quoted = (word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\"'\"'")}'`;
const choose = (natural) => [...natural].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

for (const box of document.querySelectorAll(".tb-explorer.tb-your-data")) {
  const drop = add("label", box, { className: "tb-drop" });
  add("strong", drop, { textContent: "Choose a CSV file, or drop it here" });
  const file = add("input", drop, { type: "file", accept: ".csv,.tsv,.txt,.dat,text/csv,text/plain" });
  const told = add("div", box, {}, { role: "status" });
  const form = add("form", box, { className: "tb-fields", hidden: true });
  const results = add("div", box, { hidden: true });
  let table = null;
  let name = "";
  let said = {};
  form.addEventListener("submit", (event) => event.preventDefault());

  const tell = (problems, notes = []) => {
    told.replaceChildren();
    for (const text of problems) add("p", told, { className: "tb-problem", textContent: text });
    for (const text of notes) add("p", told, { textContent: text });
  };
  const take = async (one) => {
    form.hidden = results.hidden = true;
    form.replaceChildren();
    results.replaceChildren();
    delete box.result;
    table = null;
    said = {};
    tell([]);
    if (!one) return;
    name = one.name;
    if (one.size > MOST_SIZE) {
      tell([`${name}: is larger than 100 MB, more than this page takes; trialbook new reads it.`]);
      return;
    }
    const read = readTable(new Uint8Array(await one.arrayBuffer()));
    if (read.problem) {
      tell([`${name}: ${read.problem}`]);
      return;
    }
    table = read;
    ask();
  };
  file.addEventListener("change", () => take(file.files[0]));
  for (const kind of ["dragover", "dragenter"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("tb-over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("tb-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("tb-over");
    take(event.dataTransfer.files[0]);
  });

  /* Questions, in the order and the words of `trialbook new`; none has an answer beforehand. */
  const select = (option, text, choices) => {
    const label = add("label", form, { textContent: text });
    const list = add("select", label, {}, { name: option });
    add("option", list, { value: "", textContent: "choose" });
    for (const [value, words] of choices) add("option", list, { value, textContent: words ?? value });
    if (said[option] !== undefined && choices.some(([value]) => value === said[option])) list.value = said[option];
    else delete said[option];
    list.addEventListener("change", () => {
      if (list.value) said[option] = list.value; else delete said[option];
      const after = { event: ["event_value"], arm: ["control"] }[option] ?? [];
      for (const other of after) delete said[other];
      ask(option);
    });
  };
  const radios = (option, text, choices) => {
    const group = add("fieldset", form, { className: "tb-choices" });
    add("legend", group, { textContent: text });
    for (const [value, words] of choices) {
      const label = add("label", group);
      const one = add("input", label, { type: "radio", name: option, value, checked: said[option] === value });
      add("span", label, { textContent: words });
      one.addEventListener("change", () => { said[option] = value; ask(option); });
    }
  };
  const preview = (answers) => {
    const data = patients(answers);
    if (data.problems.length) return `not possible: ${data.problems[0]}`;
    const of = data.arms.map((arm, a) => {
      const km = E.kaplanMeier(...data.of(a));
      const median = E.median(km)[0];
      return `${arm} ${km.total} of ${km.n}, ${Number.isFinite(median) ? `median ${short(median)}` : "median not reached"}`;
    });
    const total = data.events.reduce((sum, one) => sum + one, 0);
    const longest = data.times.reduce((most, t) => Math.max(most, t), 0);
    return `${events(total)}, times to ${short(longest)}${answers.unit ? ` ${answers.unit}` : ""} (${of.join("; ")})`;
  };
  const patients = (answers) => problemsOf(table, answers);
  const ask = (focused) => {
    const held = document.activeElement?.name === focused ? document.activeElement.value : null;
    form.replaceChildren();
    form.hidden = false;
    const may = candidates(table, said);
    const lacking = may.problems;
    if (lacking.length) {
      tell(lacking.map((text) => `${name}: ${text}`));
      form.hidden = results.hidden = true;
      return;
    }
    if (!focused) tell([], [`${name}: ${table.rows.toLocaleString("en")} rows, ${table.names.length} columns.`, ...table.repairs, ...may.notes]);
    const columns = (list) => list.map((one) => [one]);
    select("id", "Which column says whose a row is?", [["none", "none: each row is a patient"], ...columns(may.id)]);
    select("time", "Which column holds the time from the start to the event or the end?", columns(may.time));
    select("unit", "In which unit does it count?", columns(Object.keys(DAYS)));
    select("arm", "Which column holds each patient’s arm?", columns(may.arm));
    select("event", "Which column holds whether the event happened?", columns(may.event));
    if (said.arm) {
      const arms = choose(table.levels(said.arm, true));
      radios("control", `Which arm of ${said.arm} is the control, with which others are compared?`,
        arms.map((arm) => [arm, `${arm}: ${arms.filter((one) => one !== arm).map((one) => `${one} compared with ${arm}`).join(", ") || "the only arm"}`]));
    }
    if (said.event) {
      const all = said.time && said.arm;
      radios("event_value", `Which value of ${said.event} says that the event happened?`,
        choose(table.levels(said.event)).map((value) => [value, `${value}${all ? `: ${preview({ ...said, event_value: value })}` : ""}`]));
    }
    const again = focused && [...form.elements].find((one) => one.name === focused && (held === null || one.type !== "radio" || one.value === held));
    again?.focus();
    const whole = ["id", "time", "unit", "arm", "control", "event", "event_value"].every((one) => said[one] !== undefined);
    results.hidden = true;
    results.replaceChildren();
    if (!whole) return;
    const data = patients(said);
    tell(data.problems.map((text) => `${name}: ${text}`), data.problems.length ? [] : [`${name}: ${table.rows.toLocaleString("en")} rows.`, ...table.repairs, ...data.notes]);
    if (!data.problems.length) show(data);
  };

  /* What came out. */
  const show = (data) => {
    results.replaceChildren();
    results.hidden = false;
    const level = 0.95;
    const k = data.arms.length;
    const curves = data.arms.map((_, a) => E.kaplanMeier(...data.of(a), level));
    const test = k > 1 ? E.logRank(data.times, data.events, data.groups, k) : null;
    const most = Math.min(...curves.map((curve) => curve.time.at(-1)));
    add("h2", results, { textContent: "What came out", tabIndex: -1 });
    const answer = add("div", results);
    const horizon = add("label", results, { textContent: `Means up to (${said.unit}, at most ${most}) ` });
    const field = add("input", horizon, { type: "number", step: "any", min: 0, max: most, value: most });
    const fill = () => {
      const tau = field.valueAsNumber;
      const bad = !(tau > 0 && tau <= most);
      field.setAttribute("aria-invalid", String(bad));
      const means = curves.map((curve) => bad ? { rmst: NaN, error: NaN } : E.rmst(curve, tau));
      const compared = data.arms.slice(1).map((arm, i) => {
        const both = data.pair(i + 1);
        const model = E.cox(...both, level);
        const alone = E.logRank(...both, 2);
        return { arm, model, test: alone, rmst: E.rmstDifference(means[i + 1], means[0], level) };
      });
      box.result = { arms: data.arms, curves, medians: curves.map(E.median), test, compared, means, tau };
      answer.replaceChildren();
      const rows = data.arms.map((arm, a) => {
        const [median, lower, upper] = box.result.medians[a];
        const reached = (t) => Number.isFinite(t) ? short(t) : "not reached";
        return [arm, curves[a].n.toLocaleString("en"), curves[a].total.toLocaleString("en"), `${reached(median)} (${reached(lower)} to ${reached(upper)})`, short(means[a].rmst)];
      });
      tabled(answer, "By arm", ["Arm", "Patients", "Events", `Median, ${said.unit} (95% CI)`, `Mean to ${bad ? "?" : short(tau)} ${said.unit}`], rows);
      if (k > 1) {
        tabled(answer, `Compared with ${data.arms[0]}`, ["Arm", "Hazard ratio (95% CI)", "Log-rank", `Difference of means, ${said.unit} (95% CI)`],
          compared.map((one) => [
            one.arm,
            one.model.estimable ? `${fixed(one.model.hr, 2)} (${fixed(one.model.lower, 2)} to ${fixed(one.model.upper, 2)})` : "not estimable: an arm has no events",
            p(one.test.p),
            Number.isFinite(one.rmst.lower) ? `${short(one.rmst.difference)} (${short(one.rmst.lower)} to ${short(one.rmst.upper)})` : short(one.rmst.difference),
          ]));
        if (k > 2) add("p", answer, { textContent: `Log-rank test of all ${k} arms: chi-square ${fixed(test.chisq, 2)}, ${test.df} degrees of freedom, ${p(test.p)}.` });
      }
      add("p", answer, { className: "tb-silent", textContent: "Nothing here says that chance assigned the patients: without that, this is an association. A hazard ratio assumes that it is the same at all times; look whether the curves cross." });
    };
    field.addEventListener("input", fill);
    fill();
    const figure = add("div", results, { className: "tb-figure" }, { role: "img" });
    const svg = plot(data, curves);
    figure.append(svg);
    figure.setAttribute("aria-label", `Kaplan-Meier curves of ${data.arms.join(", ")}, with numbers at risk; the table above has their numbers.`);
    const keep = add("p", results, { className: "tb-keep" });
    saver(keep, "Save the figure (SVG)", () => save(new Blob([text(svg)], { type: "image/svg+xml" }), "svg"));
    saver(keep, "Save the figure (PNG)", () => png(svg));
    const folder = name.replace(/\.[^.]*$/, "").replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "") || "mine";
    const order = ["control", "time", "event", "event_value", "arm", "id", "unit"];
    const words = ["trialbook", "new", `data/${folder}`, "--from", name, ...order.flatMap((one) => [`--${one.replace("_", "-")}`, said[one]])];
    add("h2", results, { textContent: "The whole book" });
    add("p", results, { textContent: "The same choices make the whole report, on your machine:" });
    const command = `${words.map(quoted).join(" ")}\ntrialbook build data/${folder}`;
    const block = add("pre", results, { textContent: command, tabIndex: 0 });
    saver(add("p", results), "Copy the command", async (button) => {
      try {
        await navigator.clipboard.writeText(command);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(block);
        button.textContent = "Selected: copy it with your keyboard";
      }
    });
  };
  const tabled = (parent, caption, head, rows) => {
    const outer = add("div", parent, { className: "tb-table", tabIndex: 0 }, { role: "region", "aria-label": caption });
    const one = add("table", outer, { className: "tb" });
    add("caption", one, { textContent: caption });
    const top = add("tr", add("thead", one));
    for (const text of head) add("th", top, { textContent: text, scope: "col" });
    const body = add("tbody", one);
    for (const [first, ...cells] of rows) {
      const row = add("tr", body);
      add("th", row, { textContent: first, scope: "row" });
      for (const text of cells) add("td", row, { textContent: text });
    }
  };
  const saver = (parent, words, click) => {
    const one = add("button", parent, { type: "button", textContent: words });
    one.addEventListener("click", () => click(one));
  };
  const save = (blob, ending) => {
    const link = add("a", box, { href: URL.createObjectURL(blob), download: `kaplan-meier.${ending}`, hidden: true });
    link.click();
    link.remove();
  };

  /* The figure: it carries its own colours, since it is taken along. */
  const text = (svg) => `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}`;
  const plot = (data, curves) => {
    const [width, left, right, high] = [720, 110, 24, 300];
    const counted = data.arms.length;
    const height = high + 96 + 18 * counted + 20 * counted;
    const space = "http://www.w3.org/2000/svg";
    const put = (tag, attributes, words) => {
      const one = document.createElementNS(space, tag);
      for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
      if (words !== undefined) one.textContent = words;
      svg.append(one);
    };
    const svg = document.createElementNS(space, "svg");
    for (const [key, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height, "font-family": "Helvetica, Arial, sans-serif", "font-size": 13, "aria-hidden": "true" })) svg.setAttribute(key, value);
    put("rect", { width, height, fill: "#ffffff" });
    const key = 20 * counted;
    const cut = (words, letters) => words.length > letters ? `${words.slice(0, letters - 1)}…` : words;
    data.arms.forEach((arm, a) => {
      put("line", { x1: 8, x2: 36, y1: 12 + 20 * a, y2: 12 + 20 * a, stroke: COLOURS[a % 6], "stroke-width": 2, ...(a === 0 && { "stroke-dasharray": "7 2" }) });
      put("text", { x: 44, y: 16 + 20 * a, fill: "#1c2430" }, cut(arm, 80));
    });
    const last = curves.reduce((most, curve) => Math.max(most, curve.time.at(-1)), 0) || 1;
    const steps = STEPS[said.unit];
    let step = steps.find((one) => last / one <= 8);
    for (let by = 1; !step; by += 1) if (last / (steps.at(-1) * 10 ** by) <= 8) step = steps.at(-1) * 10 ** by;
    const x = (t) => left + t / last * (width - left - right);
    const y = (s) => key + 10 + (1 - s) * high;
    for (let s = 0; s <= 100; s += 20) {
      put("line", { x1: left, x2: width - right, y1: y(s / 100), y2: y(s / 100), stroke: "#d5dbe3", "stroke-width": 0.8 });
      put("text", { x: left - 8, y: y(s / 100) + 4, "text-anchor": "end", fill: "#1c2430" }, `${s}%`);
    }
    curves.forEach((curve, a) => {
      const points = curve.time.flatMap((t, i) => curve.deaths[i] || i === curve.time.length - 1 ? [`H${x(t).toFixed(2)}V${y(curve.survival[i]).toFixed(2)}`] : []);
      put("path", { d: `M${x(0)} ${y(1)}${points.join("")}`, fill: "none", stroke: COLOURS[a % 6], "stroke-width": 2, ...(a === 0 && { "stroke-dasharray": "7 2" }) });
    });
    const below = y(0);
    put("text", { x: 8, y: below + 62, fill: "#5b6776" }, "At risk");
    for (let t = 0; t <= last + 1e-9; t += step) {
      put("line", { x1: x(t), x2: x(t), y1: below, y2: below + 5, stroke: "#5b6776" });
      put("text", { x: x(t), y: below + 20, "text-anchor": "middle", fill: "#1c2430" }, String(t));
      curves.forEach((curve, a) => put("text", { x: x(t), y: below + 80 + 18 * a, "text-anchor": "middle", fill: "#1c2430" }, E.at(curve, t).atRisk.toLocaleString("en")));
    }
    put("text", { x: (left + width - right) / 2, y: below + 40, "text-anchor": "middle", fill: "#1c2430" }, `${said.unit[0].toUpperCase()}${said.unit.slice(1)}`);
    data.arms.forEach((arm, a) => put("text", { x: 8, y: below + 80 + 18 * a, fill: COLOURS[a % 6], "font-weight": "bold" }, cut(arm, 10)));
    return svg;
  };
  const png = (svg) => {
    const image = new Image();
    image.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * image.width;
      canvas.height = 2 * image.height;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, "png"));
    });
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text(svg))}`;
  };
}
}
