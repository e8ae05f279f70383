/* The curve reader: a rule over the book's own figure, and what its lines say there in words.
   Each number stands in the page; nothing is computed but a difference. Of curves over time the
   sentences are made here, for both ways of counting; along other axes they stand ready. */
{
const SVG = "http://www.w3.org/2000/svg";
const make = (tag, attributes, parent) => {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  parent.append(one);
  return one;
};
const add = (tag, parent, properties = {}) => {
  const one = Object.assign(document.createElement(tag), properties);
  parent.append(one);
  return one;
};
const MARK = "\u2063";
const started = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const and = (parts) => parts.length < 2 ? parts.join("")
  : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
const short = (t) => Math.abs(t - Math.round(t)) < 0.02 ? String(Math.round(t)) : String(Math.round(t * 100) / 100);

const begin = (box) => {
  const told = JSON.parse(box.dataset.values);
  const exhibit = box.closest(".tb-exhibit");
  const figure = exhibit.querySelector(".tb-figure");
  const title = exhibit.querySelector(".tb-figtitle");
  const caption = exhibit.querySelector(".tb-caption");
  const first = { title: [...(title?.childNodes ?? [])], caption: [...(caption?.childNodes ?? [])] };
  const counted = first.title.filter((node) => node.classList?.contains("tb-number"));
  const drawings = [...figure.querySelectorAll("svg.tb-svg[data-x0]")].map((svg) => ({
    svg,
    panels: svg.dataset.panels ? JSON.parse(svg.dataset.panels)
      : [Object.fromEntries(["x0", "x1", "y0", "y1", "min", "max", "low", "high"]
        .map((name) => [name, Number(svg.dataset[name])]))],
    own: make("g", { class: "tb-own" }, svg),
    over: make("g", {}, svg),
  }));
  let choice = told.choices[0];
  let turned = false;

  const line = add("div", box, { className: "tb-reader-line" });
  const label = add("label", line);
  const name = add("span", label);
  const slider = add("input", label, { type: "range", min: 0, step: 1 });
  const switches = add("div", box, { className: "tb-reader-switches" });
  const said = add("output", box);

  const button = (parent, text, pressed, click) => {
    const one = add("button", parent, { type: "button", textContent: text });
    one.setAttribute("aria-pressed", String(pressed));
    one.addEventListener("click", () => {
      for (const other of parent.querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === one));
      }
      click();
    });
  };
  const group = (heading) => {
    const one = add("div", switches, { role: "group" });
    one.setAttribute("aria-label", heading);
    return one;
  };
  if (choice.panels.every((panel) => panel.had)) {
    const ways = group("What is counted");
    button(ways, "free of it", true, () => { turned = false; draw(); });
    button(ways, "had it", false, () => { turned = true; draw(); });
  }
  if (told.choices.length > 1) {
    const list = add("select", switches);
    list.setAttribute("aria-label", "End point");
    told.choices.forEach((one, i) => add("option", list, { value: i, textContent: started(one.name) }));
    list.addEventListener("change", () => {
      const at = choice.at[slider.value];
      choice = told.choices[list.value];
      draw(at);
    });
  }

  const x = (axis, t) => axis.x0 + (t - axis.min) / (axis.max - axis.min) * (axis.x1 - axis.x0);
  const y = (axis, v) => axis.y0 + (v - axis.low) / (axis.high - axis.low) * (axis.y1 - axis.y0);
  const shown = (v) => turned ? 100 - v : v;
  const colour = (arm) => arm === null ? "var(--tb-ink)" : `var(--tb-arm-${arm})`;

  /* The figure's own curves, turned over; or another end point's in their place. */
  const draw = (near) => {
    const same = choice === told.choices[0];
    for (const { svg, panels, own } of drawings) {
      own.replaceChildren();
      const axis = panels[0];
      const middle = axis.y0 + axis.y1;
      for (const part of svg.querySelectorAll(".tb-curve")) {
        part.style.display = same ? "" : "none";
        if (turned) part.setAttribute("transform", `matrix(1 0 0 -1 0 ${middle})`);
        else part.removeAttribute("transform");
      }
      for (const part of svg.querySelectorAll(".tb-count")) {
        const [arm, tick] = part.dataset.part.split("_");
        if (arm === "above") {
          part.style.display = same ? "" : "none";
          continue;
        }
        const text = part.querySelector("text");
        if (!text || tick === "name" || !(arm in (choice.counts ?? { [arm]: 1 }))) continue;
        text.dataset.first ??= text.textContent;
        text.textContent = same ? text.dataset.first : choice.counts[arm][tick] ?? "";
      }
      const labels = Map.groupBy
        ? Map.groupBy(svg.querySelectorAll(".tb-end"), (part) => part.dataset.part.split("_")[0])
        : [...svg.querySelectorAll(".tb-end")].reduce((of, part) => {
          const key = part.dataset.part.split("_")[0];
          return of.set(key, [...(of.get(key) ?? []), part]);
        }, new Map());
      for (const [key, parts] of labels) {
        for (const part of parts) part.removeAttribute("transform");
        for (const part of parts) {
          const stale = key === "corner" || part.dataset.part.includes("_note_");
          part.style.display = !same && stale ? "none" : "";
        }
        if (same && !turned) continue;
        const boxes = parts.map((part) => part.getBBox());
        const top = Math.min(...boxes.map((one) => one.y));
        const bottom = Math.max(...boxes.map((one) => one.y + one.height));
        let by = turned ? middle - top - bottom : 0;
        const arm = !same && choice.panels[0].arms.find((one) => String(one.arm) === key);
        if (arm) by = y(axis, shown(arm.drawn.v.at(-1))) - (top + bottom) / 2;
        if (by) for (const part of parts) part.setAttribute("transform", `translate(0 ${by})`);
      }
      if (same) continue;
      for (const { arm, drawn } of choice.panels[0].arms) {
        const at = drawn.t.map((t) => x(axis, Math.min(t, axis.max)));
        const step = (values, i) => `H${at[i]}V${y(axis, shown(values[i]))}`;
        const band = drawn.low.map((low, i) => {
          if (i + 1 === at.length || low === null || drawn.high[i] === null) return "";
          const [top, bottom] = [low, drawn.high[i]].map((v) => y(axis, shown(v)));
          return `M${at[i]} ${top}H${at[i + 1]}V${bottom}H${at[i]}Z`;
        });
        make("path", { d: band.join(""), "fill-opacity": 0.13, style: `fill: ${colour(arm)}` }, own);
        make("path", {
          d: `M${at[0]} ${y(axis, shown(drawn.v[0]))}${at.map((_, i) => step(drawn.v, i)).join("")}`,
          fill: "none", "stroke-width": 1.8, style: `stroke: ${colour(arm)}`,
          ...(arm === 0 && { "stroke-dasharray": "8 2.2" }),
        }, own);
      }
    }
    const panel = choice.panels[0];
    if (choice.panels.every((one) => one.had)) {
      const what = `${started(turned ? panel.had : panel.free)} (%)`;
      for (const part of figure.querySelectorAll(".tb-percents text")) {
        part.dataset.first ??= part.textContent;
        const leading = part.closest(".tb-percents").dataset.part.endsWith("_0");
        part.textContent = same && !turned ? part.dataset.first : leading ? what : "";
      }
    }
    title?.replaceChildren(...(same ? first.title : [...counted, ` ${started(choice.name)}`]));
    caption?.replaceChildren(...(same ? first.caption : [choice.caption]));
    slider.max = choice.at.length - 1;
    if (near === undefined) near = choice.at[slider.value] ?? choice.at.at(-1);
    slider.value = choice.at.reduce((best, t, i) =>
      Math.abs(t - near) < Math.abs(choice.at[best] - near) ? i : best, 0);
    read();
  };

  /* Of curves of a paper a number is free but where the arm says that it is tied down. */
  const mark = (arm, of, i) => told.free && !arm.tied?.[of]?.includes(i) ? MARK : "";
  /* Where all numbers of a list are free, its name bears the mark for them. */
  const list = (name, texts, marks) => marks.every(Boolean)
    ? [`${name}${MARK}`, and(texts)]
    : [name, and(texts.map((text, k) => `${text}${marks[k]}`))];
  const number = (value, decimals) => value.toFixed(decimals);
  const given = (arm) => told.arms.length > 1 ? ` given ${told.arms[arm.arm]}` : "";
  const sentences = (panel, i, when) => {
    if (panel.said) return panel.said[i];
    const known = panel.arms.filter((arm) => arm.value[i] !== null);
    if (!known.length) return [`${when} nobody is followed any more.`];
    const of100 = known.map((arm) => `${number(shown(arm.value[i]), 0)}${mark(arm, "value", i)} of 100${given(arm)}`);
    const state = turned ? panel.had : panel.free;
    const found = panel.had
      ? [`${when}, ${and(of100)} ${turned ? state : `were ${state}`}.`.replace("were without", "were still without")]
      : [`${panel.title}: ${when.toLowerCase()}, ${and(of100)}.`];
    const by = new Map(known.map((arm) => [arm.arm, arm]));
    for (const [treated, control] of told.pairs) {
      if (!by.has(treated) || !by.has(control)) continue;
      const two = [by.get(treated), by.get(control)];
      const gap = shown(two[0].value[i]) - shown(two[1].value[i]);
      const free = two.map((arm) => mark(arm, "value", i)).find(Boolean) ?? "";
      const size = number(Math.abs(gap), panel.decimals);
      const against = told.pairs.length > 1 ? ` than given ${told.arms[control]}` : "";
      found.push(Number(size) === 0
        ? `No difference given ${told.arms[treated]}${against.replace("than", "and")}.`
        : `${size}${free} in 100 ${gap > 0 ? "more" : "fewer"} given ${told.arms[treated]}${against}.`);
    }
    const limits = known.filter((arm) => arm.low?.[i] != null && arm.high?.[i] != null);
    if (limits.length === known.length && i > 0) {
      const ranges = limits.map((arm) => [shown(arm.low[i]), shown(arm.high[i])].sort((a, b) => a - b)
        .map((v) => number(v, 0)).join(" to "));
      found.push(`${list(`${told.interval}${ranges.length > 1 ? "s" : ""}`, ranges, limits.map((arm) => mark(arm, "value", i))).join(", ")}.`);
    }
    for (const [name, of] of [["Still at risk", "risk"], ["Events so far", "events"]]) {
      const counts = panel.arms.map((arm) => arm[of]?.[i]);
      if (counts.some((n) => n == null)) continue;
      const texts = counts.map((n) => n.toLocaleString("en"));
      found.push(`${list(name, texts, panel.arms.map((arm) => mark(arm, of, i))).join(": ")}.`);
    }
    return found;
  };

  const read = () => {
    const i = Number(slider.value);
    const t = choice.at[i];
    const place = choice.called?.[i]
      ?? `${short(t)} ${short(t) === "1" ? told.show.replace(/s$/, "") : told.show}`;
    const when = `${turned || !choice.panels[0].had ? "By" : "At"} ${place}`;
    name.textContent = started(told.show);
    slider.setAttribute("aria-valuetext", place);
    said.replaceChildren();
    choice.panels.forEach((panel) => {
      const [lead, ...rest] = sentences(panel, i, when);
      const block = add("p", said);
      add("strong", block).append(...tbMarked(lead));
      block.append(" ", ...tbMarked(rest.join(" ")));
    });
    for (const { panels, over } of drawings) {
      over.replaceChildren();
      panels.forEach((axis, place) => {
        const panel = choice.panels[place];
        if (!panel || t > axis.max) return;
        const at = x(axis, t);
        make("line", { x1: at, x2: at, y1: axis.y0, y2: axis.y1, class: "tb-rule" }, over);
        for (const arm of panel.arms) {
          if (arm.value[i] === null) continue;
          const dot = { cx: at, cy: y(axis, shown(arm.value[i])), r: 4, class: "tb-dot" };
          make("circle", { ...dot, style: `fill: ${colour(arm.arm)}` }, over);
        }
      });
    }
  };

  slider.addEventListener("input", read);
  for (const { svg, panels } of drawings) {
    let down = false;
    const move = (event) => {
      const at = svg.getScreenCTM();
      if (!at) return;
      const [left, top] = [(event.clientX - at.e) / at.a, (event.clientY - at.f) / at.d];
      const away = (axis) => Math.max(axis.x0 - left, left - axis.x1, 0) + Math.max(axis.y1 - top, top - axis.y0, 0);
      const axis = panels.reduce((best, one) => away(one) < away(best) ? one : best);
      const t = axis.min + (left - axis.x0) / (axis.x1 - axis.x0) * (axis.max - axis.min);
      slider.value = choice.at.reduce((best, one, i) =>
        Math.abs(one - t) < Math.abs(choice.at[best] - t) ? i : best, 0);
      read();
    };
    svg.addEventListener("pointerdown", (event) => { down = true; move(event); });
    svg.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || down) move(event);
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      svg.addEventListener(end, () => { down = false; });
    }
    svg.style.touchAction = "pan-y";
  }
  addEventListener("beforeprint", () => {
    choice = told.choices[0];
    turned = false;
    const list = box.querySelector("select");
    if (list) list.value = 0;
    box.querySelectorAll("button").forEach((one, i) => one.setAttribute("aria-pressed", String(i === 0)));
    draw();
    drawings.forEach(({ over }) => over.replaceChildren());
  });
  slider.max = choice.at.length - 1;
  draw(told.start ?? choice.at.at(-1));
};

/* What is folded begins when it is unfolded: a page shows the sooner. */
const whenOpen = (box) => {
  const fold = box.closest("details:not([open])");
  if (fold) fold.addEventListener("toggle", () => whenOpen(box), { once: true });
  else begin(box);
};
document.querySelectorAll(".tb-explorer.tb-reader").forEach(whenOpen);
}
