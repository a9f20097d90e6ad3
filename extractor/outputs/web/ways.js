// Ways through the graph: what lies around a table, and the whole way of a column up and down.
const filter = {changes: new Set([KEPT, ADDED, CHANGED, REMOVED]), indirect: true, sure: 0};
const linkPasses = link => (links.direct[link] || filter.indirect) && links.sure[link] >= filter.sure && filter.changes.has(links.change[link]);

// The tables up to `levels` steps before and after a table, nearest first, at most so many.
function surroundings(table, levels, most) {
  const found = new Set([table]);
  let before = [table], after = [table], cut = false;
  for (let level = 0; level < levels && (before.length || after.length); level++) {
    const step = (from, adjacent, end) => {
      const next = [];
      for (const one of from) for (const link of adjacent[one]) {
        const other = links[end][link];
        if (!linkPasses(link) || found.has(other)) continue;
        if (found.size >= most) { cut = true; return next; }
        found.add(other); next.push(other);
      }
      return next;
    };
    before = step(before, linksIn, "source");
    after = step(after, linksOut, "target");
  }
  return {tables: found, cut};
}

// Columns are numbered through; the edges into and out of each are found when the first way is asked for.
let columnIndex = null;
function columnsIndexed() {
  if (columnIndex) return columnIndex;
  const first = new Int32Array(COUNT + 1);
  for (let table = 0; table < COUNT; table++) first[table + 1] = first[table] + tables.columns[table].length;
  const into = new Map(), outOf = new Map(), put = (map, key, edge) => map.has(key) ? map.get(key).push(edge) : map.set(key, [edge]);
  for (let edge = 0; edge < edges.source.length; edge++) {
    if (edges.from[edge] < 0 || edges.to[edge] < 0) continue;
    put(outOf, first[edges.source[edge]] + edges.from[edge], edge);
    put(into, first[edges.target[edge]] + edges.to[edge], edge);
  }
  return columnIndex = {first, into, outOf};
}
const edgesInto = (table, column) => { const {first, into} = columnsIndexed(); return into.get(first[table] + column) ?? []; };
const edgesOutOf = (table, column) => { const {first, outOf} = columnsIndexed(); return outOf.get(first[table] + column) ?? []; };

// The whole way of a column in one direction: [{level, table, column, edge}], each column once at its shortest distance.
function wayOf(table, column, up, withIndirect) {
  const seen = new Set([`${table}.${column}`]), found = [];
  let present = [[table, column]];
  for (let level = 1; present.length; level++) {
    const next = [];
    for (const [t, c] of present) for (const edge of up ? edgesInto(t, c) : edgesOutOf(t, c)) {
      const other = up ? [edges.source[edge], edges.from[edge]] : [edges.target[edge], edges.to[edge]];
      if ((!withIndirect && sorts[edges.sort[edge]][0] !== "direct") || seen.has(other.join("."))) continue;
      seen.add(other.join("."));
      next.push(other);
      found.push({level, table: other[0], column: other[1], edge});
    }
    present = next;
  }
  return found;
}
