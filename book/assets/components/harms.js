/* The table of adverse events: sorted, narrowed by frequency and by typing, classes that open to
   their terms. It begins with the common terms, the largest difference first. */
{
const add = (tag, parent, properties = {}) => {
  const one = Object.assign(document.createElement(tag), properties);
  parent.append(one);
  return one;
};
for (const box of document.querySelectorAll(".tb-explorer.tb-harms")) {
  const told = JSON.parse(box.dataset.values);
  const body = box.closest(".tb-exhibit").querySelector("table.tb tbody");
  const lines = [...body.rows].map((row, i) => ({ row, ...told.rows[i], text: row.cells[0].textContent.toLowerCase() }));
  let under = null;
  for (const line of lines) {
    if (line.term) line.under = under; else { under = line; line.open = false; }
  }
  const sort = add("select", add("label", box, { textContent: "Sort by " }));
  add("option", sort, { value: "class", textContent: "class" });
  add("option", sort, { value: "frequency", textContent: "frequency" });
  told.comparisons.forEach((name, i) => add("option", sort, {
    value: i, textContent: told.comparisons.length > 1 ? `difference, ${name}` : "difference",
  }));
  const least = add("select", add("label", box, { textContent: "In at least " }));
  [0, 1, 2, 5, 10, 20].forEach((percent) => add("option", least, {
    value: percent, textContent: percent ? `${percent}% of a group` : "one patient",
  }));
  const words = add("input", add("label", box, { textContent: "Containing " }), { type: "search", autocomplete: "off" });
  const all = add("button", box, { type: "button", textContent: "Open all classes" });
  const count = add("output", box);

  for (const line of lines.filter((one) => !one.term && lines.some((other) => other.under === one))) {
    const cell = line.row.cells[0];
    line.button = document.createElement("button");
    line.button.type = "button";
    line.button.className = "tb-more";
    line.button.append(...cell.childNodes);
    cell.append(line.button);
    line.button.addEventListener("click", () => { line.open = !line.open; show(); });
  }
  if (lines.some((line) => line.term && line.most >= told.least)) {
    sort.value = told.comparisons.length ? "0" : "frequency";
    least.value = told.least;
  }
  const rank = { frequency: (line) => line.most ?? -1 };
  const show = (printing = false) => {
    const by = printing || !sort.value ? "class" : sort.value;
    const asked = printing ? [] : words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const value = rank[by] ?? ((line) => line.differences[by] ?? -Infinity);
    const order = by === "class" ? lines : [...lines.filter((line) => line.term)].sort((a, b) => value(b) - value(a));
    const percent = printing ? 0 : Number(least.value);
    const hits = (line) => (!percent || line.most >= percent) && asked.every((word) => line.text.includes(word) || line.under?.text.includes(word));
    for (const line of lines) line.row.hidden = true;
    for (const line of order) {
      body.append(line.row);
      const inside = by !== "class" || !line.term || line.under?.open || asked.length > 0 || printing;
      const below = !line.term && asked.length > 0 && lines.some((other) => other.under === line && hits(other));
      line.row.hidden = !(inside && (hits(line) || below));
    }
    for (const line of lines) {
      const opened = String(Boolean(line.open || asked.length));
      line.button?.setAttribute("aria-expanded", opened);
      if (line.button) line.button.dataset.sign = opened === "true" ? "−" : "+";
    }
    all.hidden = by !== "class" || asked.length > 0;
    all.textContent = lines.some((line) => line.button && !line.open) ? "Open all classes" : "Close all classes";
    count.textContent = `${lines.filter((line) => !line.row.hidden).length} of ${lines.length} rows`;
  };
  all.addEventListener("click", () => {
    const open = lines.some((line) => line.button && !line.open);
    for (const line of lines) line.open = open;
    show();
  });
  for (const list of [sort, least]) list.addEventListener("change", () => show());
  words.addEventListener("input", () => show());
  addEventListener("beforeprint", () => show(true));
  addEventListener("afterprint", () => show());
  show();
}
}
