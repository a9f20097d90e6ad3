// The list beside the drawing and the views of tables and statements.
const MOST_HITS = 200;
let hits = null;

function listGroups() {
  const holder = html("div");
  const ordered = [...groups.keys()].sort((a, b) => groups[a].name.localeCompare(groups[b].name, "en"));
  place("list").replaceChildren(html("p", {class: "soft"}, `${many(COUNT, "table")}, ${many(groups.length, "schema")}`), holder);
  rowsOf(ordered, group => {
    const inside = html("ul"), open = ordered.length <= 12 && COUNT <= 200;
    const fillIn = () => { if (!inside.childElementCount) rowsOf([...groups[group].tables].sort((a, b) => tables.name[a].localeCompare(tables.name[b], "en")), table => html("li", {}, tableLink(table, tables.name[table])), inside, MOST_HITS); };
    const whole = html("details", {open, toggle: fillIn}, html("summary", {}, groups[group].name, html("button", {type: "button", class: "small", title: "Draw this schema as one box, or as its tables", "aria-label": `Collapse or open ${groups[group].name} in the drawing`, click: event => { event.preventDefault(); toggle(groupMark(group)); }}, "▣")), inside);
    if (open) fillIn();
    return whole;
  }, holder, 300);
}
function listHits() {
  const some = [...hits];
  place("list").replaceChildren(html("p", {class: "soft"}, some.length ? `${many(some.length, "table")} found` : "Nothing is found."), html("div", {}, rowsOf(some, table => html("li", {}, tableLink(table)), html("ul"), MOST_HITS)));
}
function search(text) {
  const wanted = text.trim().toLowerCase();
  hits = wanted ? new Set(haystack().flatMap((hay, table) => hay.includes(wanted) ? [table] : [])) : null;
  place("found").textContent = hits ? `${many(hits.size, "table")} found` : "";
  if (hits) listHits(); else listGroups();
  lit = {...lit, hits};
  lightUp();
  shown.delete("tables");
  if (!place("tables").hidden) VIEWS.tables[1]();
}

function viewTables() {
  const rows = hits ? [...hits] : [...tables.key.keys()];
  const around = (table, change) => [...linksIn[table], ...linksOut[table]].filter(link => links.change[link] === change).length;
  const columns = [
    ["Table", table => tables.key[table], table => tableLink(table)],
    ["Schema", table => groups[groupOf[table]].name],
    ["Kind", table => tables.kind[table]],
    ["Columns", table => tables.columns[table].length],
    ["Fed by", table => linksIn[table].length],
    ["Feeds", table => linksOut[table].length],
  ];
  if (hasChanges) for (const change of [ADDED, CHANGED, REMOVED]) columns.push([`${SIGNS[change]} ${WORDS[change]}`, table => around(table, change)]);
  place("tables").replaceChildren(html("h2", {}, hits ? `${many(rows.length, "table")} found` : many(rows.length, "table")), grid(rows, columns, "There is no table."));
}
function viewStatements() {
  const reach = flows.id.map(() => [0, 0]);
  for (let edge = 0; edge < edges.flow.length; edge++) reach[edges.flow[edge]][edges.from[edge] >= 0 ? 1 : 0]++;
  const ordered = [...flows.id.keys()].sort((a, b) => (flows.change[b] !== KEPT) - (flows.change[a] !== KEPT));
  const counts = [ADDED, CHANGED, REMOVED, KEPT].map(change => [change, flows.change.filter(one => one === change).length]).filter(([, count]) => count);
  const opened = flow => html("details", {toggle: event => { if (event.target.childElementCount === 1) event.target.append(html("pre", {tabindex: 0}, sqlOf(flow) || "(no text is known)")); }}, html("summary", {}, flows.title[flow] || flows.id[flow]));
  const columns = [
    ["Statement", flow => flows.title[flow], opened],
    ["Change", flow => WORDS[flows.change[flow]], flow => changeMark(flows.change[flow]) ?? "stays"],
    ["Why", flow => flows.why[flow]],
    ["Read from", flow => flows.source[flow]],
    ["Table edges", flow => reach[flow][0]],
    ["Column edges", flow => reach[flow][1]],
    ["First seen", flow => flows.first[flow] ?? 0, flow => moment(flows.first[flow])],
    ["Last seen", flow => flows.last[flow] ?? 0, flow => moment(flows.last[flow])],
  ];
  place("statements").replaceChildren(html("h2", {}, many(ordered.length, "statement"), hasChanges ? `: ${counts.map(([change, count]) => `${count.toLocaleString("en")} ${change === KEPT ? "stay" : WORDS[change]}`).join(", ")}` : ""), grid(ordered, columns, "There is no statement with lineage."));
}
