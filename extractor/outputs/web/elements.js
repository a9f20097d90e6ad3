// Elements of the page. Every text of the data enters the page as a text node, never as markup.
const place = id => document.getElementById(id);
const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return node;
};
const html = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
const address = (what, ...keys) => `#${what}=${keys.map(encodeURIComponent).join("=")}`;
const tableLink = (table, text = tables.key[table]) => html("a", {href: address("table", tables.key[table])}, text);
const columnLink = (table, column, text = columnName(table, column)) =>
  column < 0 ? tableLink(table, text) : html("a", {href: address("column", tables.key[table], tables.columns[table][column])}, text);
const edgeLink = (source, target, text) => html("a", {href: address("edge", tables.key[source], tables.key[target])}, text);
const changeMark = change => change === KEPT ? null : html("span", {class: CLASSES[change]}, `${SIGNS[change]} ${WORDS[change]}`);
const fact = (word, value) => value === "" || value === null ? [] : [html("dt", {}, word), html("dd", {}, value)];

// The first `most` of the rows, and a button for as many more.
function rowsOf(items, draw, holder, most = 100) {
  let shown = 0;
  const more = html("button", {type: "button", class: "small", click: () => next()});
  const next = () => {
    more.remove();
    holder.append(...items.slice(shown, shown + most).map(draw));
    shown += most;
    if (shown < items.length) {
      more.textContent = `Show more (${(items.length - shown).toLocaleString("en")} left)`;
      (holder.closest("table") ?? holder).after(more);
    }
  };
  queueMicrotask(next);
  return holder;
}

// A table that can be sorted by a click on a heading. A column: [heading, value of a row, cell of a row].
function grid(rows, columns, empty, most = 200) {
  let by = -1, down = false;
  const whole = html("div");
  const draw = () => {
    const sorted = by < 0 ? rows : [...rows].sort((a, b) => {
      const [x, y] = [columns[by][1](a), columns[by][1](b)], order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
      return down ? -order : order;
    });
    const isNumber = columns.map(column => rows.length > 0 && typeof column[1](rows[0]) === "number");
    const heads = columns.map((column, at) => html("th", {scope: "col", class: isNumber[at] ? "number" : null, "aria-sort": at === by ? (down ? "descending" : "ascending") : null},
      html("button", {type: "button", click: () => { down = at === by ? !down : isNumber[at]; by = at; draw(); }}, column[0])));
    const body = rowsOf(sorted, row => html("tr", {}, columns.map((column, at) => html("td", {class: isNumber[at] ? "number" : null}, column[2] ? column[2](row) : shownValue(column[1](row))))), html("tbody"), most);
    whole.replaceChildren(rows.length ? html("table", {}, html("thead", {}, html("tr", {}, heads)), body) : html("p", {class: "soft"}, empty));
  };
  draw();
  return whole;
}
const shownValue = value => typeof value === "number" ? value.toLocaleString("en") : value;
