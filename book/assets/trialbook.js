/* The switches of every page, its terms, and what the keyboard must reach. */
const root = document.documentElement;
const keep = (name, value) => {
  try { localStorage.setItem(name, value); } catch { /* a private window */ }
};

/* Reading | Method: one switch for the whole book, remembered; ?view=method links to it. */
const views = document.querySelectorAll(".tb-view [data-view]");
const showView = (view) => {
  root.dataset.view = view;
  keep("tb-view", view);
  for (const button of views) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
  reachable();
};
for (const button of views) {
  button.addEventListener("click", () => {
    // what was in sight stays in sight while the page grows or shrinks
    const seen = [...document.querySelectorAll("article :is(h2, h3, .tb-exhibit)")].find(
      (one) => one.offsetParent && one.getBoundingClientRect().bottom > 60);
    const before = seen ? seen.getBoundingClientRect().top : 0;
    showView(button.dataset.view);
    if (seen) scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
  });
}
for (const link of document.querySelectorAll(".tb-to-method")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    showView("method");
    const exhibit = document.getElementById(link.hash.slice(1));
    const section = exhibit?.closest("section, .tb-fold") ?? exhibit;
    const method = section?.querySelector(".tag_method, .tb-method, .cell_input") ?? section;
    method?.scrollIntoView();
  });
}

/* Colours: as the system has them, light, or dark. */
const mode = document.querySelector(".tb-mode");
const modes = { system: "as the system", light: "light", dark: "dark" };
const nameMode = () => { mode.textContent = `Colours: ${modes[root.dataset.theme ?? "system"]}`; };
mode?.addEventListener("click", () => {
  const names = Object.keys(modes);
  const next = names[(names.indexOf(root.dataset.theme ?? "system") + 1) % names.length];
  if (next === "system") delete root.dataset.theme; else root.dataset.theme = next;
  keep("tb-mode", next);
  nameMode();
});
if (mode) nameMode();

/* A term's meaning stands beside the text; where there is no room, and below figures and tables,
   it opens when asked for. */
const roomy = matchMedia("(min-width: 1200px)");
for (const term of document.querySelectorAll("a.tb-term")) {
  const note = document.getElementById(term.dataset.note);
  if (!note) continue;
  term.addEventListener("click", (event) => {
    const beside = roomy.matches && !note.classList.contains("tb-pops");
    if (beside || !note.showPopover || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    note.togglePopover();
  });
}

/* What scrolls sideways can be reached and moved by keyboard. */
function reachable() {
  const boxes = document.querySelectorAll(".tb-figure, .tb-table, article table:not(.tb), div.cell_output, pre, .tb-formula");
  // all are measured before one is changed, else each would be laid out anew
  for (const box of [...boxes].filter((one) => one.scrollWidth > one.clientWidth + 1)) {
    // a note in the margin reaches beyond its box, and nothing scrolls
    if (getComputedStyle(box).overflowX !== "visible") box.tabIndex = 0;
  }
}

/* Text with U+2063 behind numbers that the paper leaves free, as nodes: marked as in the page. */
globalThis.tbMarked = (text) => text.split("\u2063").flatMap((part, i) => {
  if (!i) return [part];
  const mark = Object.assign(document.createElement("i"), { className: "tb-free" });
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", "not in the paper");
  return [mark, part];
});

/* Code of the guide can be copied. */
for (const block of document.querySelectorAll("article div.highlight")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tb-copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("pre").textContent.trimEnd());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  block.append(button);
}

showView(root.dataset.view);
addEventListener("load", reachable);
addEventListener("resize", reachable);
// what stands in a fold has its width when it is opened
document.addEventListener("toggle", reachable, true);
