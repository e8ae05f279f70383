/* Before anything is drawn: what the reader chose, reading or method, light or dark. */
(() => {
  const root = document.documentElement;
  const kept = (name) => {
    try { return localStorage.getItem(name); } catch { return null; } // a private window
  };
  const asked = new URLSearchParams(location.search).get("view");
  const view = asked === "method" || asked === "reading" ? asked : kept("tb-view");
  root.dataset.view = view === "method" ? "method" : "reading";
  const mode = kept("tb-mode");
  if (mode === "light" || mode === "dark") root.dataset.theme = mode;
})();
