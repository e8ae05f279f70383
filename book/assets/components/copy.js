/* Copy a table: cells for a spreadsheet, with its rules and bold for a word processor. */
for (const button of document.querySelectorAll(".tb-copy-table")) {
  const table = document.getElementById(button.dataset.table)
    ?.closest(".tb-exhibit")?.querySelector("table");
  if (!table || !navigator.clipboard || !globalThis.ClipboardItem) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const shown = table.cloneNode(true);
    for (const unseen of shown.querySelectorAll("[hidden], .tb-unseen, .tb-forest")) unseen.remove();
    // the name of a class that unfolds
    for (const button of shown.querySelectorAll("button")) button.replaceWith(...button.childNodes);
    const lines = [...shown.rows].map((row) => [...row.cells].map(
      (cell) => cell.textContent.trim().replace(/\s+/g, " ")).join("\t"));
    const as = (type, text) => new Blob([text], { type });
    await navigator.clipboard.write([new ClipboardItem({
      "text/html": as("text/html", shown.outerHTML),
      "text/plain": as("text/plain", lines.join("\n")),
    })]);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
