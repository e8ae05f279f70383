/* Before anything is drawn: what the reader chose, reading or method, light or dark. */
(() => {
  // Asked for at once, so that the page need not stand in another font first. From a disk a font
  // is there anyway, and may not be asked for in this way.
  if (location.protocol.startsWith("http")) {
    for (const name of ["source-serif-4-latin-wght-normal", "source-sans-3-latin-wght-normal"]) {
      const link = document.createElement("link");
      Object.assign(link, {
        rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", fetchPriority: "low",
      });
      link.href = new URL(`fonts/${name}.woff2`, document.currentScript.src);
      document.head.append(link);
    }
  }
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
