/* From a hazard ratio to one patient's risk: a slider, 100 dots, the number needed to treat. */
{
const add = (tag, parent, properties = {}) => {
  const one = Object.assign(document.createElement(tag), properties);
  parent.append(one);
  return one;
};
const risk = (p, ratio) => 1 - (1 - p) ** ratio;
const one = (value) => value.toFixed(1);

for (const box of document.querySelectorAll(".tb-explorer.tb-risk")) {
  const { hr, low, high, risk: start, words, interval, free } = JSON.parse(box.dataset.values);
  const mark = free ? "\u2063" : "";
  const still = box.querySelector("p:not([class])");
  const asks = document.createElement("div");
  asks.className = "tb-asks";
  still.after(asks);
  const label = add("label", asks, { textContent: `Risk ${words.control}${words.within}` });
  const slider = add("input", label, { type: "range", min: 1, max: 99, step: 1, value: start });
  const dots = add("div", asks, { className: "tb-dots" });
  dots.setAttribute("aria-hidden", "true");
  for (let i = 0; i < 100; i += 1) add("i", dots);
  const key = add("p", asks, { className: "tb-dots-key" });
  const said = add("output", asks);
  still.classList.add("tb-on-paper");

  const show = () => {
    const percent = Number(slider.value);
    const p = percent / 100;
    const [q, least, most] = [hr, low, high].map((ratio) => risk(p, ratio));
    slider.setAttribute("aria-valuetext", `${percent} of 100`);
    const verb = percent === 1 ? words.has : words.has === "dies" ? "die" : words.has.replace(/^has /, "have ");
    const gap = 100 * (p - q);
    const fewer = gap >= 0;
    said.replaceChildren();
    const first = add("p", said);
    add("strong", first).append(...tbMarked(`Of 100 patients of whom ${percent} ${verb} ${words.control}${words.within}, ${one(100 * q)}${mark} would ${words.treated}`));
    first.append(` (${interval}, ${one(100 * least)} to ${one(100 * most)}).`);
    const clear = high < 1 || low > 1;
    const good = fewer !== words.favourable;
    const count = 1 / Math.abs(p - q);
    const second = add("p", said);
    second.append(...tbMarked(Math.abs(gap) < 0.05 ? "No difference that shows in 100 patients."
      : `${one(Math.abs(gap))}${mark} ${fewer ? "fewer" : "more"}: one ${fewer ? "fewer" : "more"} for every ${count.toFixed(count < 10 ? 1 : 0)}${mark} treated (number needed to treat, for ${good ? "benefit" : "harm"}`
      + (clear ? `; ${interval}, ${[least, most].map((v) => 1 / Math.abs(p - v)).sort((a, b) => a - b).map((v) => v.toFixed(v < 10 ? 1 : 0)).join(" to ")}).`
        : `; its interval reaches from ${good ? "benefit" : "harm"} over no difference to ${good ? "harm" : "benefit"}).`)));
    const both = Math.round(100 * Math.min(p, q));
    const either = Math.round(100 * Math.max(p, q));
    [...dots.children].forEach((dot, i) => {
      dot.className = i < both ? "tb-dot-both" : i < either ? (fewer ? "tb-dot-spared" : "tb-dot-added") : "";
    });
    key.replaceChildren(...tbMarked(`Filled: ${both}${mark} with the event either way. ${fewer ? "Crossed" : "Half filled"}: ${either - both}${mark} ${fewer ? `only ${words.control}` : `only ${words.treated}`}. Empty: ${100 - either}${fewer ? "" : mark} without the event.`));
  };
  slider.addEventListener("input", show);
  show();
}
}
