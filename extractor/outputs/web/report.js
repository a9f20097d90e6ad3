// The report: what became of the statements, what is not known, what was slow. Charts are plain SVG with their numbers.
const report = data.report ?? {};
const KIND_OF_OUTCOME = {lineage: "good", "read only": "soft", "no lineage by nature": "soft", duplicate: "soft", filtered: "soft", "failed in the database": "soft", "cancelled in the database": "soft", unresolved: "odd", ambiguous: "odd", dynamic: "odd", cut: "odd", unsupported: "bad", "not parsed": "bad", "too large": "bad", "timed out": "bad", unreadable: "bad"};
const linesOf = name => report[name]?.lines ?? [];

function bars(title, rows, unit = "") {
  if (!rows.length) return null;
  const most = Math.max(...rows.map(row => row[1]), 1e-9), height = rows.length * 22 + 4;
  const words = value => value.toLocaleString("en") + unit;
  return html("figure", {}, html("figcaption", {}, title), svg("svg", {viewBox: `0 0 480 ${height}`, role: "img", "aria-label": `${title}: ${rows.map(row => `${row[0]} ${words(row[1])}`).join(", ")}`},
    rows.map(([name, value, look], at) => svg("g", {transform: `translate(0 ${at * 22})`}, svg("title", {}, `${name}: ${words(value)}`),
      svg("text", {x: 0, y: 15}, name.length > 22 ? `${name.slice(0, 9)}…${name.slice(-11)}` : name), svg("rect", {class: "ground", x: 175, y: 3, width: 220, height: 15, rx: 3}), svg("rect", {class: `bar ${look ?? ""}`, x: 175, y: 3, width: Math.max(1, 220 * value / most), height: 15, rx: 3}), svg("text", {x: 402, y: 15}, words(value))))));
}
// Of the statements that could hold lineage, the share of each end, in one bar with its words beneath.
function coverage(counts) {
  const ends = [["with lineage", "good", ["lineage"]], ["names not resolved", "odd", ["unresolved", "ambiguous", "dynamic", "cut"]], ["not analysed", "bad", ["unsupported", "not parsed", "too large", "timed out", "unreadable"]]].map(([word, look, names]) => [word, look, names.reduce((sum, name) => sum + (counts[name] ?? 0), 0)]);
  const all = ends.reduce((sum, end) => sum + end[2], 0);
  if (!all) return null;
  let at = 0;
  const share = count => `${(100 * count / all).toFixed(1)} %`;
  return html("figure", {}, html("figcaption", {}, `Coverage: lineage of ${share(ends[0][2])} of the ${all.toLocaleString("en")} statements that may hold some`),
    svg("svg", {viewBox: "0 0 480 92", role: "img", "aria-label": ends.map(([word, , count]) => `${word} ${count}`).join(", ")},
      ends.map(([word, look, count]) => { const x = at; at += 480 * count / all; return svg("rect", {class: `bar ${look}`, x, y: 2, width: 480 * count / all, height: 18}, svg("title", {}, `${word}: ${count}`)); }),
      ends.map(([word, look, count], row) => svg("g", {transform: `translate(0 ${28 + row * 21})`}, svg("rect", {class: `bar ${look}`, width: 12, height: 12, y: 2}), svg("text", {x: 20, y: 12}, `${word}: ${count.toLocaleString("en")} (${share(count)})`)))));
}
function linesTable(title, name, heads, cells, empty) {
  const rows = linesOf(name);
  if (!rows.length && !empty) return null;
  return html("figure", {class: "wide"}, html("figcaption", {}, `${title} (${rows.length.toLocaleString("en")})`), grid(rows, heads.map((head, at) => [head, cells[at]]), empty, 25), beyond(name));
}
function beyond(name) {
  const count = report[name]?.not_shown ?? 0;
  return count ? html("p", {class: "soft"}, `and ${count.toLocaleString("en")} more that were counted and not kept`) : null;
}
// The tables of the graph whose names come nearest to one that is not known: same letters but few, same last part.
function likely(name) {
  const last = text => text.split(".").at(-1).replaceAll('"', "").toLowerCase(), wanted = last(name), whole = name.toLowerCase();
  let best = null, least = Math.max(1, Math.floor(wanted.length / 4)) + 0.99;
  for (let table = 0; table < COUNT; table++) {
    const other = tables.name[table].toLowerCase();
    if (tables.kind[table] !== "table" || tables.key[table].toLowerCase() === whole || Math.abs(other.length - wanted.length) > least) continue;
    const far = distance(wanted, other, least);
    if (far < least) { least = far; best = table; }
  }
  return best;
}
function distance(one, other, most) {
  let row = Array.from({length: other.length + 1}, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] !== other[j - 1]));
    if (Math.min(...next) > most) return Infinity;
    row = next;
  }
  return row[other.length];
}

function viewReport() {
  const counts = Object.fromEntries(Object.entries(report.statements ?? {}).filter(([name]) => name in KIND_OF_OUTCOME));
  const outcomes = Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([name, count]) => [name, count, KIND_OF_OUTCOME[name]]);
  const sureness = [0, 0, 0, 0, 0], levels = ["below 0.25", "0.25 to 0.5", "0.5 to 0.75", "0.75 to 1", "1 (certain)"];
  for (let edge = 0; edge < edges.sort.length; edge++) sureness[Math.min(4, Math.floor(sorts[edges.sort[edge]][1] * 4))]++;
  const planned = ["add", "change", "resume", "remove", "keep"].filter(name => report.plan?.[name]).map(name => [`${name}`, report.plan[name], {remove: "bad", change: "odd", keep: "soft"}[name] ?? "good"]);
  const slow = (report.slowest ?? []).filter(line => line.seconds >= 0.01);
  const count = line => line.count, what = line => line.what, reason = line => line.reason, origin = line => line.origin;
  const near = line => { const best = line.likely ? null : likely(line.what); return line.likely || (best === null ? html("span", {class: "soft"}, "nothing alike") : tableLink(best)); };
  const unknown = linesOf("unknown_names");
  const parts = [
    coverage(counts), bars("Statements by outcome", outcomes), bars("Edges by confidence", levels.map((level, at) => [level, sureness[at]]).filter(row => row[1])),
    bars("Dataflows by what the plan does", planned), bars("Records by file", (report.files ?? []).map(file => [file.path, file.records]).sort((a, b) => b[1] - a[1]).slice(0, 15)),
    bars("Tables whose columns nobody knows, by what that costs", linesOf("unlisted_tables").slice(0, 15).map(line => [line.what, line.count, "odd"]), " columns"),
    slow.length ? bars("Slowest statements to analyse, by fingerprint (alation-lineage explain shows one)", slow.map(line => [line.fingerprint, line.seconds, "odd"]), " s") : null,
    unknown.length ? html("figure", {class: "wide"}, html("figcaption", {}, `Names that are not in the catalog (${unknown.length.toLocaleString("en")})`), grid(unknown, [["Times", count], ["Name", what], ["Likely meant", what, near], ["Why", reason], ["First at", origin]], "", 25), beyond("unknown_names")) : null,
    linesTable("Needs a look", "problems", ["Times", "Outcome", "Why", "First at"], [count, what, reason, origin]),
    linesTable("Tables whose columns nobody knows", "unlisted_tables", ["Columns lost", "Table", "First at"], [count, what, origin]),
    linesTable("Notes", "notes", ["Times", "Note", "Why", "First at"], [count, what, reason, origin]),
    ...["failures", "warnings"].filter(name => report[name]?.length).map(name => html("figure", {class: "wide"}, html("figcaption", {}, name === "failures" ? "Failed" : "Warnings"), html("div", {}, rowsOf(report[name], line => html("li", {}, line), html("ul"), 50)))),
  ].filter(part => part);
  place("report").replaceChildren(html("h2", {}, "Report"), html("div", {class: "figures"}, parts));
}
