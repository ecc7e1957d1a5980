"use strict";
// The page is whole without this: it only shows, hides, orders and colours what stands there.
document.querySelectorAll("main > section").forEach((part) => {
  const all = (selector, root = part) => Array.from(root.querySelectorAll(selector));
  const table = part.querySelector("table.matrix");
  const bar = part.querySelector(".controls.matrix");
  const colours = JSON.parse(part.dataset.verdicts || "{}"); // code -> [words, ground, ink]

  const paint = (element, code, text) => {
    const [words, ground, ink] = colours[code] || ["", "", ""];
    element.style.background = ground;
    element.style.color = ink;
    if (element.tagName.toLowerCase() === "path") element.style.fill = ground;
    return text || words;
  };

  // One item on the map and, where there are many regions, in their table.
  const item = part.querySelector("select[data-chooses=item]");
  const showItem = () => {
    const place = Number(item.value);
    all("[data-line]").forEach((element) => {
      const letter = element.dataset.line[place];
      const code = letter.toLowerCase(); // a capital letter rests on demo data
      const target = element.dataset.cell ? element.querySelector(element.dataset.cell) : element;
      const words = target.querySelector(".verdict") || target;
      words.textContent = paint(target, code) + (letter === code ? "" : part.dataset.demo);
      target.dataset.verdict = code;
      const title = element.querySelector("title");
      if (title) title.textContent = element.dataset.name + ": " + words.textContent;
    });
    const map = part.querySelector("svg.map");
    if (map) {
      const told = all("title", map).map((title) => title.textContent);
      map.setAttribute("aria-label", map.dataset.name + ": " + told.join(", "));
    }
    if (table && bar) filter();
  };

  const filter = () => {
    const chosen = {};
    all("[data-filters]", bar).forEach((control) => { chosen[control.dataset.filters] = control.value; });
    const region = chosen.region || "";
    all("[data-region]", table).forEach((cell) => { cell.hidden = region !== "" && cell.dataset.region !== region; });
    let shown = 0;
    const rows = all("tbody tr", table);
    rows.forEach((row) => {
      const cells = all("td[data-verdict]", row).filter((cell) => !cell.hidden);
      cells.forEach((cell) => cell.classList.toggle("hit", !!chosen.verdict && cell.dataset.verdict === chosen.verdict));
      const fits = (!chosen.group || row.dataset.group === chosen.group)
        && (!chosen.department || row.dataset.department.split("|").includes(chosen.department))
        && (!chosen.verdict || cells.some((cell) => cell.dataset.verdict === chosen.verdict))
        && (!chosen.text || row.textContent.toLowerCase().includes(chosen.text.trim().toLowerCase()));
      row.hidden = !fits;
      shown += fits;
    });
    const told = bar.querySelector("output");
    told.textContent = told.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
  };

  // A second press turns the order round; equal rows keep the order of the plan.
  const order = (button) => {
    const head = button.closest("th");
    const place = Array.from(head.parentNode.children).indexOf(head);
    const down = head.getAttribute("aria-sort") === "descending";
    all("thead th", table).forEach((cell) => cell.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "ascending" : "descending");
    const body = table.tBodies[0];
    const weight = (row) => Number(row.children[place].dataset.weight || 0);
    const rows = Array.from(body.rows).sort((a, b) => (down ? weight(a) - weight(b) : weight(b) - weight(a))
      || a.dataset.place - b.dataset.place);
    rows.forEach((row) => body.appendChild(row));
  };

  if (item) {
    item.addEventListener("change", showItem);
    item.closest(".controls").hidden = false;
  }
  if (table && bar) {
    bar.hidden = false;
    all("[data-filters]", bar).forEach((control) => control.addEventListener("input", filter));
    bar.querySelector("button").addEventListener("click", () => {
      all("[data-filters]", bar).forEach((control) => { control.value = ""; });
      filter();
    });
    all("button.sort", table).forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => order(button));
    });
    filter();
  }
});
