// The data of the page, indexed: tables, groups of tables, and links (all edges between the same two tables).
const data = JSON.parse(document.getElementById("data").textContent);
const { tables, flows, edges, sorts } = data;
const COUNT = tables.key.length;
const KEPT = 0, ADDED = 1, CHANGED = 2, REMOVED = 3;
const WORDS = ["stays", "added", "changed", "removed"], CLASSES = ["keep", "add", "change", "remove"], SIGNS = ["", "+", "~", "−"];

let texts = null; // only read when the first statement is asked for
const sqlOf = flow => (texts ??= JSON.parse(document.getElementById("texts").textContent))[flow] ?? "";

const groups = [], groupOf = new Int32Array(COUNT);
{
  const known = new Map();
  for (let table = 0; table < COUNT; table++) {
    const source = tables.source[table], schema = tables.schema[table], mark = JSON.stringify([source, schema]);
    if (!known.has(mark)) known.set(mark, groups.push({source, schema, name: [source, schema].filter(part => part).join(".") || "(no schema)", tables: []}) - 1);
    groups[groupOf[table] = known.get(mark)].tables.push(table);
  }
}
const sources = [...new Set(groups.map(group => group.source))];
const nameOfSource = source => source || "(no source)";

const links = {source: [], target: [], edges: [], direct: [], sure: [], change: []};
const linksOut = Array.from({length: COUNT}, () => []), linksIn = Array.from({length: COUNT}, () => []);
const linkAt = new Map();
for (let edge = 0; edge < edges.source.length; edge++) {
  const source = edges.source[edge], target = edges.target[edge], mark = source * COUNT + target;
  let link = linkAt.get(mark);
  if (link === undefined) {
    linkAt.set(mark, link = links.source.length);
    links.source.push(source); links.target.push(target); links.edges.push([]); links.direct.push(false); links.sure.push(0); links.change.push(0);
    linksOut[source].push(link); linksIn[target].push(link);
  }
  const [kind, sure] = sorts[edges.sort[edge]], change = edges.change[edge];
  links.edges[link].push(edge);
  if (kind === "direct" && !links.direct[link]) { links.direct[link] = true; links.sure[link] = sure; }
  else if ((kind === "direct") === links.direct[link] && sure > links.sure[link]) links.sure[link] = sure;
  links.change[link] |= 1 << change;
}
for (let link = 0; link < links.change.length; link++) {
  const seen = links.change[link];
  links.change[link] = seen === 1 << KEPT ? KEPT : seen === 1 << ADDED ? ADDED : seen === 1 << REMOVED ? REMOVED : CHANGED;
}
const hasChanges = links.change.some(change => change !== KEPT) || flows.change.some(change => change !== KEPT);

const tableAt = new Map(tables.key.map((key, table) => [key.toLowerCase(), table]));
const columnName = (table, column) => column < 0 ? tables.key[table] : `${tables.key[table]}.${tables.columns[table][column]}`;
const shortName = (table, column) => column < 0 ? tables.name[table] : `${tables.name[table]}.${tables.columns[table][column]}`;
const moment = seconds => seconds === null || seconds === undefined ? "not known" : `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const timesOf = edge => edges.times[edge] ?? [flows.first[edges.flow[edge]], flows.last[edges.flow[edge]]];
const many = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

// Texts to search in, made when the first search is typed: a table's key and the names of its columns.
let searched = null;
const haystack = () => searched ??= tables.key.map((key, table) => `${key}\n${tables.columns[table].join("\n")}`.toLowerCase());
