/* The size of a trial from what it rests on; see estimates.js. */
{
const FIELDS = [
  ["control", "With the event in the control arm by the horizon (%)", 0.1, 99.9, 0.1],
  ["hr", "Hazard ratio to find", 0.05, 5, 0.01],
  ["power", "Power (%)", 50, 99.9, 0.1],
  ["alpha", "Two-sided level", 0.0001, 0.5, 0.0001],
  ["dropout", "Lost before the horizon (%)", 0, 90, 0.1],
  ["allocation", "Treated for each control", 0.1, 10, 0.1],
];
const add = (tag, parent, properties = {}) => {
  const one = Object.assign(document.createElement(tag), properties);
  parent.append(one);
  return one;
};
for (const box of document.querySelectorAll(".tb-explorer.tb-planner")) {
  const plan = { allocation: 1, ...JSON.parse(box.dataset.values) };
  const asks = add("div", box, { className: "tb-asks tb-fields" });
  const fields = new Map(FIELDS.map(([name, text, min, max, step]) => {
    const label = add("label", asks, { textContent: text });
    const field = add("input", label, { type: "number", min, max, step: "any", value: plan[name], inputMode: "decimal" });
    field.dataset.step = step;
    return [name, field];
  }));
  const said = add("output", box);
  const show = () => {
    const of = Object.fromEntries([...fields].map(([name, field]) => [name, field.valueAsNumber]));
    const wrong = [...fields.values()].find((field) => !field.value || !field.checkValidity());
    for (const field of fields.values()) field.setAttribute("aria-invalid", String(field === wrong));
    said.replaceChildren();
    if (wrong) {
      said.textContent = `${wrong.parentElement.firstChild.data}: a number from ${wrong.min} to ${wrong.max}.`;
      return;
    }
    const rests = {
      power: of.power / 100, alpha: of.alpha, allocation: of.allocation, margin: plan.margin,
      accrual: plan.accrual ?? 0, dropout: -Math.log1p(-of.dropout / 100),
    };
    const methods = plan.margin === 1 ? ["schoenfeld", "freedman"] : ["schoenfeld"];
    const found = methods.map((method) => tbEstimates.size(of.control / 100, of.hr, { ...rests, method }));
    if (Number.isNaN(found[0].events)) {
      said.textContent = `At a hazard ratio of ${of.hr} there is no effect to find: no number of events is enough.`;
      return;
    }
    found.forEach((one, i) => {
      const line = add("p", said);
      const name = methods[i] === "schoenfeld" ? "Schoenfeld" : "Freedman";
      add("strong", line, { textContent: `${Math.ceil(one.events).toLocaleString("en")} events, ${(one.treated + one.control).toLocaleString("en")} patients` });
      line.append(` by ${name} (${one.treated.toLocaleString("en")} treated, ${one.control.toLocaleString("en")} control).`);
    });
    if (plan.planned) add("p", said, { textContent: `The trial planned ${plan.planned.toLocaleString("en")} patients.` });
  };
  asks.addEventListener("input", show);
  show();
}
}
