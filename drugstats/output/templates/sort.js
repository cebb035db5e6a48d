"use strict";
// Makes the headings of all tables buttons that sort: up, down, and back to the order of the report.
(function () {
  const hint = document.currentScript.dataset.hint;
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const next = { ascending: "descending", descending: null };

  function key(row, column) {
    const cell = row.cells[column];
    const told = cell.dataset.sort ?? cell.textContent.trim();
    return told === "—" ? "" : told;
  }

  function order(one, two, direction) {
    // What is not known stands last, whichever way is up.
    if (one === "" || two === "") return (one === "") - (two === "");
    return direction * (isNaN(one) || isNaN(two) ? compare(one, two) : one - two);
  }

  function sort(body, column, direction) {
    const rows = [...body.rows].sort((one, two) =>
      (direction && order(key(one, column), key(two, column), direction)) || one.dataset.place - two.dataset.place);
    body.append(...rows);
  }

  for (const table of document.querySelectorAll("table")) {
    const headings = [...table.tHead.rows[0].cells];
    [...table.tBodies[0].rows].forEach((row, place) => { row.dataset.place = place; });
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = hint;
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const now = heading.getAttribute("aria-sort");
        const turned = now ? next[now] : "ascending";
        for (const one of headings) one.removeAttribute("aria-sort");
        if (turned) heading.setAttribute("aria-sort", turned);
        sort(table.tBodies[0], column, { ascending: 1, descending: -1 }[turned] ?? 0);
      });
    });
  }
})();
