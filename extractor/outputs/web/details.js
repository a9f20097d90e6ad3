// The panel beside the drawing: a table with its columns, a column with its whole way, an edge with its statements.
let chosen = null;
function showDetails(words, ...content) {
  const panel = place("details");
  panel.replaceChildren(html("button", {type: "button", class: "close", click: closeDetails}, "Close"), html("h2", {}, words), ...content.flat().filter(part => part));
  panel.scrollTop = 0;
  if (!panel.hidden) return;
  panel.hidden = false;
  placeChanged();
}
function closeDetails() {
  place("details").hidden = true;
  lit = {...lit, tables: new Set(), pairs: new Set()};
  chosen = null;
  history.replaceState(null, "", location.pathname + location.search);
  lightUp();
  placeChanged();
}
const listed = (title, items, draw, most = 50) => items.length ? [html("h3", {}, `${title} (${items.length.toLocaleString("en")})`), html("div", {}, rowsOf(items, draw, html("ul"), most))] : [];

function showTable(table) {
  lit = {...lit, tables: new Set([table]), pairs: new Set([...linksIn[table], ...linksOut[table]].map(pairMark))};
  if (!isDrawn(table)) focusOn(table);
  const columns = [...tables.columns[table].keys()];
  const levels = html("select", {"aria-label": "Steps", change: event => { view.levels = Number(event.target.value); focusOn(table); }}, [1, 2, 3, 5, 99].map(count => html("option", {value: count, selected: count === view.levels}, count === 99 ? "all steps" : many(count, "step"))));
  showDetails(tables.key[table],
    html("p", {class: "soft"}, [tables.kind[table], groups[groupOf[table]].name, `fed by ${linksIn[table].length}, feeds ${linksOut[table].length}`].join(" · ")),
    html("p", {}, html("button", {type: "button", click: () => focusOn(table)}, "Draw its surroundings"), " ", levels),
    columns.length ? html("h3", {}, `Columns (${columns.length.toLocaleString("en")})`) : html("p", {class: "soft"}, "No edge of its columns is known."),
    columns.length ? html("table", {}, rowsOf(columns, column => html("tr", {}, html("th", {scope: "row"}, columnLink(table, column, tables.columns[table][column])), html("td", {}, neighbours(table, column))), html("tbody"), 60)) : null,
    listed("Fed by", linksIn[table], link => linkItem(link, links.source[link])),
    listed("Feeds", linksOut[table], link => linkItem(link, links.target[link])));
  lightUp();
}
function neighbours(table, column) {
  const into = edgesInto(table, column), outOf = edgesOutOf(table, column);
  const one = (word, edge, t, c) => html("div", {}, `${word} `, columnLink(t, c, `${groups[groupOf[t]].name}.${shortName(t, c)}`), sorts[edges.sort[edge]][0] === "direct" ? null : html("span", {class: "soft"}, " indirect"), " ", changeMark(edges.change[edge]));
  const cells = [...into.slice(0, 5).map(edge => one("from", edge, edges.source[edge], edges.from[edge])), ...outOf.slice(0, 5).map(edge => one("to", edge, edges.target[edge], edges.to[edge]))];
  const rest = into.length + outOf.length - cells.length;
  return rest > 0 ? [...cells, html("div", {class: "soft"}, `and ${rest.toLocaleString("en")} more`)] : cells;
}
const linkItem = (link, other) => html("li", {}, tableLink(other), " ", edgeLink(links.source[link], links.target[link], "SQL"), links.direct[link] ? null : html("span", {class: "soft"}, " indirect"), " ", changeMark(links.change[link]));
const pairMark = link => `t${links.source[link]}>t${links.target[link]}`;

function showColumn(table, column, withIndirect = false) {
  const up = wayOf(table, column, true, withIndirect), down = wayOf(table, column, false, withIndirect);
  const all = new Set([table, ...[...up, ...down].map(step => step.table)]);
  lit = {...lit, tables: new Set([table]), pairs: new Set([...up, ...down].map(step => `t${edges.source[step.edge]}>t${edges.target[step.edge]}`))};
  focusOnWay(table, column, all);
  const step = one => html("li", {style: `padding-left: ${Math.min(one.level, 12) * 0.8}rem`}, `${one.level}. `, columnLink(one.table, one.column), " ", edgeLink(edges.source[one.edge], edges.target[one.edge], "SQL"), sorts[edges.sort[one.edge]][0] === "direct" ? null : html("span", {class: "soft"}, " indirect"), " ", changeMark(edges.change[one.edge]));
  showDetails(columnName(table, column),
    html("p", {class: "soft"}, "column of ", tableLink(table)),
    html("label", {}, html("input", {type: "checkbox", checked: withIndirect, change: event => showColumn(table, column, event.target.checked)}), " with filters, joins and grouping (indirect)"),
    up.length ? listed("Comes from, step by step", up, step, 200) : html("p", {class: "soft"}, "Nothing feeds it."),
    down.length ? listed("Goes to, step by step", down, step, 200) : html("p", {class: "soft"}, "It feeds nothing."));
}

function showEdge(source, target) {
  const link = linkAt.get(source * COUNT + target);
  if (link === undefined) return showNothing(`${tables.key[source]} → ${tables.key[target]}`);
  lit = {...lit, tables: new Set([source, target]), pairs: new Set([pairMark(link)])};
  if (!isDrawn(source) || !isDrawn(target)) focusOn(target);
  const byFlow = Map.groupBy ? Map.groupBy(links.edges[link], edge => edges.flow[edge]) : links.edges[link].reduce((map, edge) => map.set(edges.flow[edge], [...(map.get(edges.flow[edge]) ?? []), edge]), new Map());
  showDetails(`${tables.key[source]} → ${tables.key[target]}`,
    html("p", {}, tableLink(source), " feeds ", tableLink(target), " ", changeMark(links.change[link])),
    html("div", {}, rowsOf([...byFlow], ([flow, some]) => statement(flow, some), html("div"), 10)));
  lightUp();
}
function statement(flow, some) {
  const times = some.map(timesOf), first = times.map(time => time[0]).filter(time => time !== null), last = times.map(time => time[1]).filter(time => time !== null);
  const kinds = [...new Set(some.map(edge => edges.sort[edge]))].map(sort => sorts[sort]);
  const pairs = some.filter(edge => edges.from[edge] >= 0 && edges.to[edge] >= 0);
  return html("article", {}, html("h3", {}, flows.title[flow] || flows.id[flow], " ", changeMark(flows.change[flow])),
    html("dl", {}, fact("why", flows.why[flow]), fact("first seen", moment(first.length ? Math.min(...first) : null)), fact("last seen", moment(last.length ? Math.max(...last) : null)), fact("read from", flows.source[flow]), fact("dataflow", flows.id[flow]),
      kinds.map(([kind, sure, why]) => fact(kind, `confidence ${sure.toFixed(2)}${why ? `, ${why}` : ""}`))),
    pairs.length ? html("details", {}, html("summary", {}, many(pairs.length, "pair"), " of columns"), rowsOf(pairs, pair, html("ul"), 50)) : null,
    html("pre", {tabindex: 0, "aria-label": "SQL"}, sqlOf(flow) || "(no text is known)"));
}
const pair = edge => html("li", {}, columnLink(edges.source[edge], edges.from[edge], shortName(edges.source[edge], edges.from[edge])), " → ", columnLink(edges.target[edge], edges.to[edge], shortName(edges.target[edge], edges.to[edge])), ` ${sorts[edges.sort[edge]][0]}, ${sorts[edges.sort[edge]][1].toFixed(2)} ${sorts[edges.sort[edge]][2]} `, changeMark(edges.change[edge]));

function showGroup(name, some, mark, what) {
  lit = {...lit, tables: new Set(), pairs: new Set()};
  const mode = view.mode;
  showDetails(name, html("p", {class: "soft"}, `${what}, ${many(some.length, "table")}`),
    html("p", {}, html("button", {type: "button", click: () => { if (view.mode === "tables" && mode === "tables" && COUNT > MOST_DRAWN) view.mode = "schemas"; toggle(mark); }}, "Open or close in the drawing")),
    listed("Tables", some, table => html("li", {}, tableLink(table)), 100));
  lightUp();
}
function showBetween(joined) {
  showDetails("Between groups", html("p", {class: "soft"}, `${many(joined.links.length, "pair")} of tables`), listed("Edges", joined.links, link => html("li", {}, edgeLink(links.source[link], links.target[link], `${tables.key[links.source[link]]} → ${tables.key[links.target[link]]}`), " ", changeMark(links.change[link])), 100));
}
const showNothing = name => showDetails("Not found", html("p", {}, `Nothing here is named ${name}.`));
function toggle(mark) {
  if (!view.toggled.delete(mark)) view.toggled.add(mark);
  view.focus = null;
  draw();
}
