/* A text in columns, read by the rules of the package, with its sentences where it cannot be. */
globalThis.tbTabular = (() => {
  const NO_CSV = [
    ["PK\x03\x04", "is a workbook or an archive, whatever its name says; open it, and save the sheet as CSV"],
    ["\xd0\xcf\x11\xe0", "is a workbook, whatever its name says; open it, and save the sheet as CSV"],
    ["%pdf", "is a PDF, whatever its name says; export the data themselves"],
    ["<!doctype", "is a web page, whatever its name says; fetch the file itself"],
    ["<html", "is a web page, whatever its name says; fetch the file itself"],
    ["<?xml", "is XML, whatever its name says; export the data as CSV"],
  ];
  const MOST_ARMS = 20;
  const MOST_STATES = 12;
  // Cyrillic and Greek letters that look as Latin ones do
  const LOOKS = new Map([..."АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝҮһΑΒΕΖΗΙΚΜΝΟΡΤΥΧονκρυχ"].map((one, i) =>
    [one, [..."ABESIJKMHOPCTYXaesijopcyxdqwYhABEZHIKMNOPTYXovkpux"][i]]));
  const look = (text) => [...text.normalize("NFKC")].map((one) => LOOKS.get(one) ?? one).join("")
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, "")
    .replace(/\s*[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d-]\s*/g, "-").trim().split(/\s+/).join(" ").toLowerCase();
  const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
  const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

  /* Records of fields; an unquoted NA is null, in quotes it is text. */
  const records = (text, separator, most = Infinity) => {
    const rows = [];
    let row = [];
    let at = 0;
    let open = false;
    while (at < text.length && rows.length < most) {
      let field;
      if (text[at] === '"') {
        let value = "";
        at += 1;
        for (;;) {
          const end = text.indexOf('"', at);
          if (end < 0) {
            value += text.slice(at);
            at = text.length;
            open = true;
            break;
          }
          value += text.slice(at, end);
          at = end + 1;
          if (text[at] !== '"') break;
          value += '"';
          at += 1;
        }
        field = value;
        let end = at;
        while (end < text.length && text[end] !== separator && text[end] !== "\n") end += 1;
        field += text.slice(at, end);
        at = end;
      } else {
        let end = at;
        while (end < text.length && text[end] !== separator && text[end] !== "\n") end += 1;
        const raw = text.slice(at, end);
        field = raw === "NA" ? null : raw;
        at = end;
      }
      row.push(field);
      if (at >= text.length || text[at] === "\n") {
        rows.push(row);
        row = [];
      } else if (at === text.length - 1) {
        row.push("");
        rows.push(row);
        row = [];
      }
      at += 1;
    }
    if (row.length) rows.push(row);
    return { rows, open };
  };
  const oneSpace = (text) => text.replace(/^[ \t]+|[ \t]+$/gm, "").replace(/[ \t]+/g, " ");
  const separatorOf = (sample) => {
    const widths = (one) => records(sample, one, 20).rows.filter((row) => row.some((cell) => cell)).map((row) => row.length);
    let best = [",", 0];
    for (const one of [",", ";", "\t", "|"]) {
      const [first, ...others] = widths(one);
      const alike = others.every((width) => width === first) || (first > 1 && others.every((width) => width === first + 1));
      if (alike && first > Math.max(1, best[1])) best = [one, first];
    }
    if (best[1]) return best[0];
    // Spaces separate where nothing else does.
    const spaced = records(oneSpace(sample), " ", 20).rows.filter((row) => row.some((cell) => cell)).map((row) => row.length);
    if (spaced[0] > 1 && spaced.every((width) => width === spaced[0] || width === spaced[0] + 1)) return " ";
    return [",", ";", "\t", "|"].reduce((a, b) => (widths(b)[0] ?? 0) > (widths(a)[0] ?? 0) ? b : a);
  };

  const readTable = (bytes) => {
    const begins = String.fromCharCode(...bytes.subarray(0, 16)).toLowerCase();
    if (!bytes.some((byte) => byte > 32)) return { problem: "is empty" };
    for (const [mark, words] of NO_CSV) if (begins.startsWith(mark.toLowerCase())) return { problem: words };
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    if (!wide && bytes.subarray(0, 65536).includes(0)) return { problem: "is not text; save it as CSV in UTF-8" };
    const repairs = [];
    let text;
    try {
      const encoding = wide ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
      text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (wide) repairs.push(`Read as ${encoding}, for it is not UTF-8.`);
    } catch {
      return { problem: "is not UTF-8, and this page reads no other encoding; save it as CSV in UTF-8, or use trialbook new" };
    }
    text = text.replace(/\r\n?/g, "\n");
    const said = /^"?sep=([^\n])"?[ \t]*\n/i.exec(text);
    if (said) {
      text = text.slice(said[0].length);
      repairs.push("Its first line, sep=, taken as the separator.");
    }
    const above = /^(?:[ \t]*"?#[^\n]*\n)+/.exec(text);
    if (above) {
      text = text.slice(above[0].length);
      repairs.push(`${above[0].split("\n").length - 1} lines of # above the columns' names left out.`);
    }
    const separator = said ? said[1] : separatorOf(text.slice(0, 16384).replace(/\n[^\n]*$/, "\n"));
    if (separator === " " && !said) text = oneSpace(text);
    const read = records(text, separator);
    const blank = (row) => row.every((cell) => cell === null ? false : !cell.trim());
    let [names, ...rows] = read.rows;
    if (!names.some((one) => one?.trim())) return { problem: "has no first line with the columns' names" };
    names = names.map((one) => (one ?? "NA").trim());
    const whole = rows.length;
    rows = rows.filter((row) => !blank(row));
    if (whole > rows.length) repairs.push(`${whole - rows.length} blank ${whole - rows.length === 1 ? "row" : "rows"} left out.`);
    if (rows.length && rows[0].length === names.length + 1 && /^"/.test(text)) names = ["", ...names];
    const ragged = rows.filter((row) => row.length !== names.length);
    if (ragged.length) {
      const shown = ragged[0].map((cell) => cell ?? "NA").join(separator).slice(0, 60).replaceAll("\n", " ");
      const split = read.open || ragged.some((row) => row.length < names.length && row.some((cell) => cell?.includes("\n")));
      return {
        problem: `a row must have the ${counted(names.length, "column")} of the first line (${counted(ragged.length, "row")}), such as: ${counted(ragged[0].length, "column")} in '${shown}'; `
          + (split ? "look for a quotation mark that is not closed" : `put a value that holds '${separator}' or a line break in quotes`),
      };
    }
    if (read.open) return { problem: "cannot be read as CSV; look for a quotation mark that is not closed, or export it again" };
    if (!rows.length) return { problem: "has no rows" };
    const unnamed = names.filter((one) => !one).length;
    if (unnamed) repairs.push(`${unnamed} ${unnamed === 1 ? "column" : "columns"} without a name (row numbers, say) left out.`);
    const twice = names.find((one, i) => one && names.indexOf(one) !== i);
    if (twice) return { problem: `has two columns called ${twice}; give each its own name` };
    const columns = new Map(names.flatMap((one, i) => one ? [[one, rows.map((row) => {
      const cell = row[i]?.trim();
      return cell ? cell : null;
    })]] : []));
    return tableOf([...columns.keys()], columns, rows.length, repairs);
  };

  const tableOf = (names, columns, rows, repairs) => {
    const kinds = new Map(names.map((one) => {
      const given = columns.get(one).filter((cell) => cell !== null);
      return [one, given.length > 0 && given.every((cell) => NUMBER.test(cell))];
    }));
    const cached = new Map();
    /* A column as text: 1.0 is 1; of what differs in capitals only, the commonest spelling. */
    const texts = (one, folded = false) => {
      const key = `${folded} ${one}`;
      if (cached.has(key)) return cached.get(key);
      let found = columns.get(one).map((cell) => cell !== null && kinds.get(one) ? String(Number(cell)) : cell);
      if (folded) {
        const counts = new Map();
        for (const cell of found) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1);
        const best = new Map();
        for (const [cell, n] of counts) {
          const low = cell.toLowerCase();
          if (!best.has(low) || n > best.get(low)[1]) best.set(low, [cell, n]);
        }
        found = found.map((cell) => cell === null ? null : best.get(cell.toLowerCase())[0]);
      }
      cached.set(key, found);
      return found;
    };
    const levels = (one, folded = false) => [...new Set(texts(one, folded).filter((cell) => cell !== null))];
    return { names, columns, rows, repairs, kinds, texts, levels };
  };

  /* The columns that may be what is asked for by their values, as `new` lists them. */
  const candidates = (table, said) => {
    const free = (option) => table.names.filter((one) => !["time", "event", "arm", "id"].some((other) => other !== option && said[other] === one));
    const distinct = (one) => table.levels(one).length;
    const numbers = (one) => table.columns.get(one).filter((cell) => cell !== null).map(Number);
    const isTime = (one) => {
      if (!table.kinds.get(one)) return false;
      const values = numbers(one);
      const calendar = values.every((value) => value > 1900 && value < 2100 && Number.isInteger(value));
      return values.every((value) => value >= 0) && !calendar;
    };
    const found = {
      time: free("time").filter(isTime),
      event: free("event").filter((one) => distinct(one) >= 1 && distinct(one) <= MOST_STATES),
      arm: free("arm").filter((one) => distinct(one) >= 1 && distinct(one) <= MOST_ARMS),
      id: free("id").filter((one) => new Set(table.columns.get(one)).size >= 2 || table.rows === 1),
      problems: [],
    };
    const lacking = {
      time: "a column of numbers, the time from the start to the event or the end",
      event: "a column that says 1 where the event happened, 0 where not",
      arm: "a column that says each patient's arm; of one arm, the same word in each row",
    };
    for (const [option, words] of Object.entries(lacking)) {
      if (!found[option].length) found.problems.push(`the file has no column for ${option}; add ${words}. Numbers are plain, such as 1234.5, without a unit.`);
    }
    found.notes = table.names
      .filter((one) => !table.kinds.get(one) && table.columns.get(one).every((cell) => cell === null || /^[-+]?[\d.]*,\d+$/.test(cell) || NUMBER.test(cell)))
      .map((one) => `${one} holds numbers with commas, which may mark decimals or thousands: write plain numbers, such as 1234.5, or say which with trialbook new --decimal.`);
    const several = table.names.find((one) => /^paramcd?$/i.test(one) && distinct(one) > 1);
    if (several) found.problems.push(`${several} names several end points; this page takes a row per patient, trialbook new reads the file as it is.`);
    return found;
  };

  /* Patients, as the choices have them: control first; or what is wrong. */
  const problemsOf = (table, said) => {
    const problems = [];
    const notes = [];
    const times = table.columns.get(said.time).map((cell) => cell === null ? NaN : Number(cell));
    const marked = table.columns.get(said.time).filter((cell) => cell?.includes("."));
    if (marked.length && marked.every((cell) => /^[-+]?\d{1,3}(\.\d{3})+$/.test(cell))) {
      problems.push(`${said.time} holds ${marked[0]}, where the point may mark decimals or thousands: write plain numbers, such as 1234.5, or say which with trialbook new --decimal.`);
    }
    const status = table.texts(said.event);
    const arms = table.texts(said.arm, true);
    if (said.id && said.id !== "none") {
      // as they stand: 0E1 and 0E2 are two names, and so are two of eighteen digits
      const ids = table.columns.get(said.id);
      const blank = ids.filter((one) => one === null).length;
      if (blank) problems.push(`${said.id} must not be blank (${blank} rows); name each patient.`);
      const several = ids.length - blank - new Set(ids.filter((one) => one !== null)).size;
      if (several) problems.push(`${said.id} has more than one row of a patient (${several} rows too many); keep one row of each patient, or use trialbook new.`);
    }
    if (said.id === "none") {
      const named = table.names.filter((one) => /(^|[_ ])(id|usubjid|subjid|pid|patient|subject|record)s?($|[_ ])|ID$/i.test(one) && ![said.time, said.event, said.arm].includes(one));
      for (const one of named) {
        const ids = table.columns.get(one).filter((cell) => cell !== null);
        if (ids.length > new Set(ids).size) notes.push(`${one} holds the same value in several rows. If it says whose a row is, choose it: each row counts as a patient now.`);
      }
    }
    const missing = status.filter((one) => one === null).length;
    if (missing) problems.push(`${said.event} must not be blank (${missing} rows); say of each whether the event happened, or take the rows out.`);
    if (said.event_value !== undefined && !status.includes(said.event_value)) problems.push(`${said.event} never is ${said.event_value}`);
    const seen = new Map();
    for (const arm of new Set(arms)) {
      if (arm === null) continue;
      const folded = look(arm);
      if (seen.has(folded)) problems.push(`${said.arm}: two arms look alike, ${seen.get(folded)} and ${arm}: write the arm in one way in the file`);
      seen.set(folded, arm);
    }
    const unassigned = arms.filter((one) => one === null).length;
    if (unassigned) notes.push(`${unassigned} ${unassigned === 1 ? "row" : "rows"} without an arm left out.`);
    const used = arms.flatMap((arm, i) => arm !== null && !Number.isNaN(times[i]) ? [i] : []);
    const blank = table.rows - unassigned - used.length;
    if (blank) notes.push(`${blank} ${blank === 1 ? "patient has" : "patients have"} no time: not evaluable, and left out.`);
    const order = [...new Set(arms.filter((one) => one !== null))].sort((a, b) =>
      (b === said.control) - (a === said.control) || a.localeCompare(b, "en", { numeric: true }));
    const place = new Map(order.map((arm, a) => [arm, a]));
    const data = {
      problems, notes, arms: order,
      times: used.map((i) => times[i]),
      events: used.map((i) => status[i] === said.event_value),
      groups: used.map((i) => place.get(arms[i])),
    };
    order.forEach((arm, a) => {
      if (!data.groups.includes(a)) problems.push(`${arm} has no patient with a time.`);
    });
    const only = (keep) => {
      const at = data.groups.flatMap((group, i) => keep(group) ? [i] : []);
      return [at.map((i) => data.times[i]), at.map((i) => data.events[i]), at.map((i) => data.groups[i] === 0 ? 0 : 1)];
    };
    data.of = (a) => only((group) => group === a).slice(0, 2);
    data.pair = (a) => only((group) => group === 0 || group === a);
    return data;
  };

  return { candidates, problemsOf, readTable };
})();
