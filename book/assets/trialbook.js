/* What scrolls sideways can be reached and moved by keyboard. */
addEventListener("load", () => {
  for (const box of document.querySelectorAll(".tb-figure, .tb-table, div.cell_output, pre")) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
});

/* One switch: a reader who wants the answers, not the code, can put the code away. */
document.addEventListener("DOMContentLoaded", () => {
  const header = document.querySelector(".header-article__inner, .bd-header-article");
  if (!header || !document.querySelector("div.cell_input")) return;
  const root = document.documentElement;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tb-code-switch";
  const stored = () => {
    try { return localStorage.getItem("tb-code") === "hidden"; } catch { return false; }
  };
  const show = (hidden) => {
    root.classList.toggle("tb-no-code", hidden);
    button.setAttribute("aria-pressed", String(hidden));
    button.textContent = hidden ? "Show the code" : "Hide the code";
  };
  button.addEventListener("click", () => {
    const hidden = !root.classList.contains("tb-no-code");
    try { localStorage.setItem("tb-code", hidden ? "hidden" : "shown"); } catch { /* private window */ }
    show(hidden);
  });
  show(stored());
  (header.querySelector(".article-header-buttons") || header).prepend(button);
});
