(() => {
  const all = (where, what) => Array.from(where.querySelectorAll(what));
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  document.querySelectorAll(".script").forEach((part) => part.classList.remove("script"));

  // Tables: a click on a heading sorts by it, a second one turns it round.
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const value = cell.dataset.value;
    return value === undefined ? cell.textContent : Number(value);
  };
  const sort = (heading) => {
    const table = heading.closest("table");
    const column = heading.cellIndex;
    const was = heading.getAttribute("aria-sort");
    const first = heading.classList.contains("name") ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = was === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const rows = all(body, "tr").map((row) => ({ row, value: valueOf(row, column) }));
    rows.sort((a, b) => sign * (typeof a.value === "number" && typeof b.value === "number"
      ? a.value - b.value : String(a.value).localeCompare(String(b.value))));
    body.append(...rows.map((entry) => entry.row));
    all(table, "thead th").forEach((cell) => cell.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", order);
    fold(table);
  };
  all(document, "table.sortable thead th").forEach((heading) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(heading));
  });

  // Rows that say the same one after the other are shown as one, until they are asked for.
  const FEWEST = 3;
  const opened = new Set(); // first rows of such groups
  const textOf = new Map();
  const sayings = (row) => {
    if (!textOf.has(row)) {
      textOf.set(row, Array.from(row.cells).slice(1).map((cell) =>
        [cell.dataset.value, cell.textContent, cell.title, cell.innerHTML.length, cell.getAttribute("style")].join(" ")).join("|"));
    }
    return textOf.get(row);
  };
  const fold = (table) => {
    if (table.tHead.rows[0].cells.length < 2) return;
    const rows = all(table.tBodies[0], "tr").filter((row) => row.dataset.name !== undefined);
    all(table, "button.fold").forEach((button) => button.remove());
    rows.forEach((row) => row.classList.remove("folded"));
    if (search.value.trim()) return;
    for (let i = 0, end; i < rows.length; i = end) {
      for (end = i + 1; end < rows.length && sayings(rows[end]) === sayings(rows[i]);) end++;
      if (end - i < FEWEST) continue;
      const first = rows[i];
      const others = rows.slice(i + 1, end);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "fold";
      const show = () => {
        const open = opened.has(first);
        others.forEach((row) => row.classList.toggle("folded", !open));
        button.textContent = (open ? "\u2212 " : "+ ") + others.length + " equal";
        button.setAttribute("aria-expanded", String(open));
      };
      button.addEventListener("click", () => {
        if (!opened.delete(first)) opened.add(first);
        show();
      });
      show();
      first.cells[0].append(" ", button);
    }
  };
  const tables = all(document, "table.sortable, table.matrix");

  // Search: rows of all tables, columns of the matrix, boxes of the map.
  const empty = (table, text) => {
    const frame = table.closest(".scroll");
    let said = frame.nextElementSibling;
    if (!said) {
      said = document.createElement("p");
      said.className = "soft";
      frame.after(said);
    }
    said.textContent = text;
    frame.hidden = Boolean(text);
  };
  const filter = () => {
    const sought = search.value.trim();
    const text = sought.toLowerCase();
    const hits = (name) => name.toLowerCase().includes(text);
    let count = 0;
    all(document, "table.sortable").forEach((table) => {
      let shown = 0;
      all(table.tBodies[0], "tr").forEach((row) => {
        const hit = !text || hits(row.dataset.name);
        row.hidden = !hit;
        shown += hit;
      });
      count += shown;
      empty(table, shown || !text ? "" : "No row has \u201c" + sought + "\u201d in its name.");
    });
    armeldMap.search(text);
    all(document, "table.matrix").forEach((matrix) => {
      const names = all(matrix, "thead th").slice(1).map((cell) => hits(cell.dataset.name));
      const some = !text || names.some(Boolean);
      let shown = some;
      all(matrix, "tr").forEach((row) => {
        const hit = Boolean(text) && row.dataset.name !== undefined && hits(row.dataset.name);
        Array.from(row.cells).slice(1).forEach((cell, i) => {
          cell.hidden = Boolean(text) && some && !names[i];
        });
        row.classList.toggle("found", hit);
        row.hidden = !some && row.parentNode.tagName === "TBODY" && !hit;
        shown = shown || hit;
      });
      empty(matrix, shown ? "" : "No row or column has \u201c" + sought + "\u201d in its name.");
    });
    found.textContent = !text ? "" : count ? count + (count === 1 ? " row" : " rows")
      : "Nothing has \u201c" + sought + "\u201d in its name.";
    tables.forEach(fold);
  };
  search.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      filter();
    }
  });

  // Commands to copy; where pages may not write to the clipboard, the command is selected.
  all(document, "code.copy").forEach((code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", () => {
      const select = () => {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      };
      if (!navigator.clipboard) select();
      else navigator.clipboard.writeText(code.textContent).then(() => { button.textContent = "Copied"; }, select);
    });
    code.after(" ", button);
  });
  tables.forEach(fold);
})();
