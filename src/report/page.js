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
  };
  all(document, "table.sortable thead th").forEach((heading) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(heading));
  });

  // Search: rows of all tables, columns of the matrix, crates of the maps.
  const filter = () => {
    const text = search.value.trim().toLowerCase();
    const hits = (name) => name.toLowerCase().includes(text);
    let count = 0;
    all(document, "table.sortable tbody tr").forEach((row) => {
      const hit = !text || hits(row.dataset.name);
      row.hidden = !hit;
      count += hit;
    });
    armeldMap.search(text);
    all(document, "table.matrix").forEach((matrix) => {
      const names = all(matrix, "thead th").slice(1).map((cell) => hits(cell.dataset.name));
      const some = !text || names.some(Boolean);
      all(matrix, "tr").forEach((row) => {
        const hit = !text || (row.dataset.name !== undefined && hits(row.dataset.name));
        Array.from(row.cells).slice(1).forEach((cell, i) => {
          cell.hidden = Boolean(text) && some && !names[i];
        });
        row.hidden = Boolean(text) && !some && row.parentNode.tagName === "TBODY" && !hit;
      });
    });
    found.textContent = text ? count + (count === 1 ? " row" : " rows") : "";
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
})();
