/* Long tables that a reader narrows by typing; the buttons work by style sheet alone. */
for (const box of document.querySelectorAll("details.tb-filter")) {
  const field = box.querySelector("input[type=search]");
  const rows = [...box.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const count = box.querySelector("output");
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row, position) => {
      row.hidden = !words.every((word) => texts[position].includes(word));
      if (getComputedStyle(row).display !== "none") shown += 1;
    });
    count.textContent = `${shown} of ${rows.length} rows`;
  };
  box.querySelector(".tb-filter-words").hidden = false;
  box.addEventListener("change", show);
  box.addEventListener("toggle", show);
  field.addEventListener("input", show);
  addEventListener("beforeprint", () => { box.open = true; });
  show();
}
