/* Searching the book: chapters before reference, exhibits by caption, terms by their synonyms. */
(() => {
  const { rows, synonyms } = window.trialbookIndex;
  const field = document.getElementById("tb-query");
  const list = document.getElementById("tb-results");
  const said = document.getElementById("tb-found");
  const MOST = 40;
  const MANY = 2;
  const KINDS = { page: 1.6, section: 1.1, exhibit: 1, term: 1.2 };
  const NAMES = { page: "", section: "", exhibit: "", term: "Glossary" };

  const words = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
    .split(/[^\p{L}\p{N}.%]+/u).map((word) => word.replace(/^[.]+|[.]+$/g, "")).filter(Boolean);
  const stem = (word) => word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
  const index = rows.map(([kind, address, page, title, text, weight]) => ({
    kind, address, page, title, text, weight, inTitle: words(title), inText: words(text),
  }));

  /* How well a row answers: nothing unless every word of the query is in it. */
  function score(row, query) {
    let sum = 0;
    for (const word of query) {
      const title = row.inTitle.reduce((best, one) => Math.max(best,
        stem(one) === word ? 12 : one.startsWith(word) ? 6 : 0), 0);
      let times = 0;
      for (const one of row.inText) if (one.startsWith(word)) times += 1;
      // a long table that names it in every row says no more of it than a short one
      times = Math.min(times, MANY);
      if (!title && !times) return 0;
      sum += title + Math.log2(1 + times);
    }
    // a title that is the query, and no more, is what was looked for
    const all = row.inTitle.map(stem);
    if (query.length === all.length && query.every((word) => all.includes(word))) sum *= 2;
    return (sum / query.length) * row.weight * KINDS[row.kind];
  }

  function readings(text) {
    // a hyphen is a blank: lost to follow up
    const lower = text.toLowerCase().replace(/[-\u2010-\u2013]/g, " ").trim();
    const found = [lower];
    for (const [synonym, term] of Object.entries(synonyms)) {
      const whole = new RegExp(`(?<![\\p{L}])${synonym.replace(/-/g, " ").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}s?(?![\\p{L}])`, "u");
      if (whole.test(lower)) found.push(lower.replace(whole, term.toLowerCase()));
    }
    return found.map((one) => words(one).map(stem)).filter((one) => one.length);
  }

  function snippet(row, query) {
    const lower = row.text.toLowerCase();
    const at = query.map((word) => lower.indexOf(word)).filter((place) => place >= 0);
    const from = Math.max(0, (at.length ? Math.min(...at) : 0) - 60);
    const cut = row.text.slice(from, from + 180);
    return (from ? "…" : "") + cut + (from + 180 < row.text.length ? "…" : "");
  }

  function show() {
    const asked = readings(field.value);
    list.replaceChildren();
    if (!asked.length) { said.textContent = ""; return; }
    const best = new Map();
    for (const query of asked) {
      for (const row of index) {
        const value = score(row, query);
        if (value > (best.get(row)?.value ?? 0)) best.set(row, { value, query });
      }
    }
    const found = [...best].sort((a, b) => b[1].value - a[1].value);
    said.textContent = found.length
      ? `${found.length === 1 ? "1 place" : `${found.length} places`}${found.length > MOST ? `, the ${MOST} best` : ""}`
      : "Nothing found. Fewer or other words may help; the glossary lists the terms of this book.";
    for (const [row, { query }] of found.slice(0, MOST)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = row.address;
      link.textContent = row.title;
      item.append(link);
      const where = NAMES[row.kind] || (row.title === row.page ? "" : row.page);
      if (where) {
        const place = document.createElement("span");
        place.className = "tb-where";
        place.textContent = ` ${where}`;
        item.append(place);
      }
      const text = snippet(row, query);
      if (text) {
        const line = document.createElement("p");
        line.textContent = text;
        item.append(line);
      }
      list.append(item);
    }
  }

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", show);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(field.value)}`);
    show();
  });
  show();
})();
