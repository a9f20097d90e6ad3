// The page as a whole: views, filters, addresses, light and dark, printing.
const shown = new Set();
const VIEWS = {graph: ["Graph", () => {}], tables: ["Tables", viewTables], statements: [hasChanges ? "Changes" : "Statements", viewStatements], report: ["Report", viewReport]};

function openView(name) {
  for (const other of Object.keys(VIEWS)) {
    place(other).hidden = other !== name;
    const tab = place(`tab-${other}`);
    tab.setAttribute("aria-selected", other === name);
    tab.tabIndex = other === name ? 0 : -1;
  }
  if (!shown.has(name)) { shown.add(name); VIEWS[name][1](); }
  if (name === "graph") placeChanged();
}
function openAddress() {
  const [what, ...keys] = location.hash.slice(1).split("=").map(part => { try { return decodeURIComponent(part); } catch { return part; } });
  if (!what) return;
  if (what in VIEWS) return openView(what);
  openView("graph");
  const table = tableAt.get((keys[0] ?? "").toLowerCase());
  if (what === "schema" || what === "source") {
    const some = [...tables.key.keys()].filter(one => what === "schema" ? groups[groupOf[one]].name === keys[0] : nameOfSource(tables.source[one]) === keys[0]);
    if (!some.length) return showNothing(keys[0]);
    return showGroup(keys[0], some, what === "schema" ? groupMark(groupOf[some[0]]) : sourceMark(tables.source[some[0]]), what);
  }
  if (table === undefined) return showNothing(keys[0] ?? what);
  if (what === "table") showTable(table);
  else if (what === "column") {
    const column = tables.columns[table].findIndex(name => name.toLowerCase() === (keys[1] ?? "").toLowerCase());
    if (column < 0) showNothing(`${keys[0]}.${keys[1]}`); else showColumn(table, column);
  } else if (what === "edge") {
    const target = tableAt.get((keys[1] ?? "").toLowerCase());
    if (target === undefined) showNothing(keys[1]); else showEdge(table, target);
  } else showNothing(what);
}
function restyle() {
  drawing?.style(looks());
}

document.title = place("title").textContent = data.title;
place("made").textContent = `made ${data.made_at.replace("T", " ").replace("+00:00", " UTC")} · ${many(COUNT, "table")}, ${many(edges.source.length, "edge")}, ${many(flows.id.length, "statement")}`;
place("tabs").append(...Object.entries(VIEWS).map(([name, [words]]) => html("button", {type: "button", role: "tab", id: `tab-${name}`, "aria-controls": name, click: () => openView(name)}, words)));
place("tabs").addEventListener("keydown", event => {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key], names = Object.keys(VIEWS);
  if (!step) return;
  const next = names[(names.findIndex(name => !place(name).hidden) + step + names.length) % names.length];
  openView(next);
  place(`tab-${next}`).focus();
});
place("changes").hidden = !hasChanges;
place("changes").append(...[KEPT, ADDED, CHANGED, REMOVED].map(change => html("label", {}, html("input", {type: "checkbox", checked: true, change: event => { filter.changes[event.target.checked ? "add" : "delete"](change); draw(); }}), " ", change === KEPT ? WORDS[KEPT] : changeMark(change))));
place("legend").append("arrow: feeds; dashed: filters, joins or groups only; cut corners: a file or another end that is no table", ...(hasChanges ? [";", ...[ADDED, CHANGED, REMOVED].flatMap(change => [" ", changeMark(change)])] : []), ". Click a table, an arrow, a column; double-click a table for its surroundings.");
place("mode").addEventListener("change", event => { view.mode = event.target.value; view.toggled.clear(); view.focus = null; draw(); });
place("indirect").addEventListener("change", event => { filter.indirect = event.target.checked; draw(); });
place("sure").addEventListener("change", event => { filter.sure = Number(event.target.value) || 0; draw(); });
place("whole").addEventListener("click", wholeGraph);
place("fit").addEventListener("click", () => fitDrawing());
place("in").addEventListener("click", () => zoomBy(1.25));
place("out").addEventListener("click", () => zoomBy(0.8));
let typing = 0;
place("search").addEventListener("input", event => { clearTimeout(typing); typing = setTimeout(() => search(event.target.value), COUNT > 2000 ? 150 : 0); });
place("search").addEventListener("keydown", event => { if (event.key === "Enter" && hits?.size) location.hash = address("table", tables.key[[...hits][0]]); });
addEventListener("hashchange", openAddress);
addEventListener("resize", placeChanged);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printing");
  restyle();
  if (drawing?.nodes().nonempty()) place("printed").src = drawing.png({full: true, maxWidth: 2400, maxHeight: 2400, bg: "#fff"});
  for (const name of ["tables", "statements", "report"]) if (!shown.has(name)) { shown.add(name); VIEWS[name][1](); }
});
addEventListener("afterprint", () => { document.documentElement.classList.remove("printing"); restyle(); });

listGroups();
openView("graph");
draw();
openAddress();
