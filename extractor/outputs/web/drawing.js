// The drawing: which tables and groups are drawn, how they look, and how it is moved by mouse and keys.
const MOST_DRAWN = 250, MOST_LINKS = 600;
const view = {mode: "tables", toggled: new Set(), focus: null, levels: 2};
let drawing = null, drawn = {nodes: [], links: []}, current = null;

const groupMark = group => `g${group}`, sourceMark = source => `s${sources.indexOf(source)}`;
// The node that stands for a table: itself, its schema or its source. A group that was toggled is the other way round.
function standsFor(table, mode) {
  if (mode === "focus") return `t${table}`;
  const group = groupOf[table], source = groups[group].source;
  if (mode === "sources" && !view.toggled.has(sourceMark(source))) return sourceMark(source);
  const collapsed = mode === "tables" ? view.toggled.has(groupMark(group)) : !view.toggled.has(groupMark(group));
  return collapsed ? groupMark(group) : `t${table}`;
}

function gathered(chosen, mode) {
  const nodes = new Map(), joined = new Map();
  const node = mark => nodes.get(mark) ?? (nodes.set(mark, {mark, size: 0, weight: 0}), nodes.get(mark));
  for (const table of chosen) node(standsFor(table, mode)).size++;
  const within = chosen.size === COUNT ? null : chosen;
  for (let link = 0; link < links.source.length; link++) {
    const source = links.source[link], target = links.target[link];
    if (!linkPasses(link) || (within && !(within.has(source) && within.has(target)))) continue;
    const from = standsFor(source, mode), to = standsFor(target, mode);
    if (from === to && from[0] !== "t") continue;
    const mark = `${from}>${to}`, held = joined.get(mark);
    if (held) { held.links.push(link); continue; }
    joined.set(mark, {mark, from, to, links: [link]});
    node(from).weight++; node(to).weight++;
  }
  return {nodes: [...nodes.values()], joined: [...joined.values()]};
}

// What is drawn now, and a sentence where that is not all.
function visible() {
  if (view.focus) {
    const near = view.focus.tables ? {tables: view.focus.tables, cut: false} : surroundings(view.focus.table, view.levels, MOST_DRAWN);
    const some = near.tables.size > MOST_DRAWN ? new Set([...near.tables].slice(0, MOST_DRAWN)) : near.tables;
    const cut = near.cut || some.size < near.tables.size;
    return trimmed(gathered(some, "focus"), `${view.focus.words}${cut ? `; the nearest ${MOST_DRAWN} tables are drawn` : ""}.`);
  }
  if (COUNT === 0) return {nodes: [], joined: [], words: "There is nothing to draw: no lineage is known here. The report says how statements ended."};
  const names = ["tables", "schemas", "sources"], all = new Set(tables.key.keys());
  const mode = names.slice(names.indexOf(view.mode)).find(name => countOf(name) <= MOST_DRAWN) ?? "sources";
  return trimmed(gathered(all, mode), mode === view.mode ? "" : `${many(COUNT, "table")} are too many to draw at once, so ${mode} are drawn. Click one to open it, or search for a table. `);
}
function countOf(mode) {
  const marks = new Set();
  for (let table = 0; table < COUNT && marks.size <= MOST_DRAWN; table++) marks.add(standsFor(table, mode));
  return marks.size;
}
function trimmed(found, words) {
  let {nodes, joined} = found;
  if (nodes.length > MOST_DRAWN) {
    words += ` The ${MOST_DRAWN} with the most neighbours are drawn; the list and the views beside hold all.`;
    nodes = [...nodes].sort((a, b) => b.weight - a.weight).slice(0, MOST_DRAWN);
  }
  const kept = new Set(nodes.map(node => node.mark));
  joined = joined.filter(one => kept.has(one.from) && kept.has(one.to));
  if (joined.length > MOST_LINKS) {
    words += ` ${joined.length.toLocaleString("en")} arrows would hide each other: those of the most edges, ${MOST_LINKS}, are drawn.`;
    joined = [...joined].sort((a, b) => b.links.length - a.links.length).slice(0, MOST_LINKS);
  }
  return {nodes, joined, words: words.trim()};
}

function changeOf(some) {
  const seen = new Set(some.map(link => links.change[link]));
  return seen.size === 1 ? [...seen][0] : seen.size === 0 || (seen.size === 1 && seen.has(KEPT)) ? KEPT : CHANGED;
}
function nodeData({mark, size}) {
  const number = Number(mark.slice(1));
  if (mark[0] === "t") {
    const around = [...linksIn[number], ...linksOut[number]].filter(link => links.change[link] !== KEPT).map(link => links.change[link]);
    const signs = [ADDED, CHANGED, REMOVED].map(change => [SIGNS[change], around.filter(one => one === change).length]).filter(([, count]) => count).map(([sign, count]) => `${sign}${count}`).join(" ");
    const under = [leftToRight(groups[groupOf[number]].name), signs].filter(part => part).join("  ");
    return {label: `${leftToRight(tables.name[number])}\n${under}`, kind: tables.kind[number]};
  }
  const name = mark[0] === "g" ? groups[number].name : nameOfSource(sources[number]);
  return {label: `${leftToRight(name)}\n${mark[0] === "g" ? "schema" : "source"}, ${many(size, "table")}`, kind: "group"};
}
const shortened = text => text.length > 34 ? `${text.slice(0, 16)}…${text.slice(-17)}` : text;
// A name in Hebrew or Arabic keeps its parts in their order, and the signs behind it stay behind it (U+2066, U+2069).
const leftToRight = text => /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text) ? `\u2066${shortened(text)}\u2069` : shortened(text);
const pen = document.createElement("canvas").getContext("2d");
function widthOf(label) {
  pen.font = "12px system-ui, sans-serif";
  return Math.ceil(Math.max(40, ...label.split("\n").map(line => pen.measureText(line).width))) + 18;
}

function draw() {
  const found = visible();
  drawn = found;
  place("notice").textContent = found.words;
  place("whole").hidden = view.focus === null;
  const elements = [
    ...found.nodes.map(node => { const more = nodeData(node); return {data: {id: node.mark, width: widthOf(more.label), ...more}}; }),
    ...found.joined.map(one => {
      const change = changeOf(one.links);
      return {data: {id: one.mark, source: one.from, target: one.to, sign: SIGNS[change], change: CLASSES[change], direct: one.links.some(link => links.direct[link]) ? 1 : 0}};
    }),
  ];
  drawing?.destroy();
  drawing = cytoscape({container: place("canvas"), elements, style: looks(), minZoom: 0.05, maxZoom: 3, wheelSensitivity: 0.3, autoungrabify: false, boxSelectionEnabled: false,
    layout: {name: "dagre", rankDir: "LR", nodeSep: 12, edgeSep: 6, rankSep: 60, ranker: found.joined.length > 120 ? "longest-path" : "network-simplex", fit: true, padding: 24, animate: false}});
  fitDrawing();
  drawing.on("tap", "node", event => chooseNode(event.target.id()));
  drawing.on("tap", "edge", event => chooseLink(event.target));
  drawing.on("dbltap", "node", event => { if (event.target.id()[0] === "t") focusOn(Number(event.target.id().slice(1))); });
  current = null;
  lightUp();
}
function chooseNode(mark) {
  const number = Number(mark.slice(1));
  if (mark[0] === "t") location.hash = address("table", tables.key[number]);
  else location.hash = mark[0] === "g" ? address("schema", groups[number].name) : address("source", nameOfSource(sources[number]));
}
function chooseLink(edge) {
  const [from, to] = [edge.source().id(), edge.target().id()];
  if (from[0] === "t" && to[0] === "t") location.hash = address("edge", tables.key[Number(from.slice(1))], tables.key[Number(to.slice(1))]);
  else showBetween(drawn.joined.find(one => one.mark === edge.id()));
}

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
function looks() {
  const change = name => ({selector: `edge[change = "${name}"]`, style: {"line-color": colour(name), "target-arrow-color": colour(name), color: colour(name), width: 2.6}});
  return [
    {selector: "node", style: {shape: "round-rectangle", width: "data(width)", height: 36, label: "data(label)", "text-wrap": "wrap", "text-valign": "center", "text-halign": "center", "font-size": 12, "font-family": "system-ui, sans-serif", color: colour("text"), "background-color": colour("node"), "border-width": 1.2, "border-color": colour("edge"), "line-height": 1.25}},
    {selector: 'node[kind = "group"]', style: {"background-color": colour("group"), "border-width": 2, "border-style": "double", "border-color": colour("mark")}},
    {selector: 'node[kind = "file"], node[kind = "directory"], node[kind = "external"], node[kind = "result"]', style: {shape: "cut-rectangle", "border-style": "dashed"}},
    {selector: "edge", style: {width: 1.4, "curve-style": "bezier", "line-color": colour("edge"), "target-arrow-color": colour("edge"), "target-arrow-shape": "triangle", "arrow-scale": 0.9, label: "data(sign)", "font-size": 16, "font-weight": 700, "text-background-color": colour("back"), "text-background-opacity": 1, "text-background-padding": 1}},
    {selector: "edge[direct = 0]", style: {"line-style": "dashed"}},
    change("add"), change("change"), change("remove"),
    {selector: 'edge[change = "remove"]', style: {"line-style": "dotted"}},
    {selector: ".faded", style: {opacity: 0.22}},
    {selector: "edge.lit", style: {"line-color": colour("mark"), "target-arrow-color": colour("mark"), width: 3, "z-index": 9}},
    {selector: "node.chosen", style: {"border-color": colour("mark"), "border-width": 3}},
    {selector: "node.current", style: {"outline-color": colour("mark"), "outline-width": 2, "outline-offset": 3, "outline-opacity": 1}},
  ];
}

// What is lit: the way of a column, the arrow or the table that is chosen, or what a search finds.
let lit = {tables: new Set(), pairs: new Set(), hits: null};
function lightUp() {
  if (!drawing) return;
  drawing.batch(() => {
    drawing.elements().removeClass("lit chosen faded");
    for (const table of lit.tables) drawing.getElementById(standsFor(table, view.focus ? "focus" : view.mode)).addClass("chosen");
    if (lit.pairs.size) drawing.edges().forEach(edge => { if (lit.pairs.has(edge.id())) edge.addClass("lit"); });
    if (lit.hits) {
      const marks = new Set([...lit.hits].map(table => `t${table}`));
      drawing.nodes().forEach(node => { if (node.id()[0] === "t" && !marks.has(node.id())) node.addClass("faded"); });
      drawing.edges().forEach(edge => { if (edge.source().hasClass("faded") || edge.target().hasClass("faded")) edge.addClass("faded"); });
    }
  });
}
function focusOn(table) {
  view.focus = {table, words: `The surroundings of ${tables.key[table]}`};
  draw();
}
function focusOnWay(table, column, some) {
  view.focus = {table, tables: some, words: `The whole way of ${columnName(table, column)}`};
  draw();
}
function wholeGraph() {
  view.focus = null;
  draw();
}
// Where its place changes, the drawing is fitted into it anew, unless somebody has moved it.
let fitted = "";
const viewport = () => JSON.stringify([drawing.zoom(), drawing.pan()]);
function fitDrawing() {
  drawing.resize();
  drawing.fit(undefined, 24);
  if (drawing.zoom() > 1.2) { drawing.zoom(1.2); drawing.center(); }
  fitted = viewport();
}
function placeChanged() {
  if (!drawing) return;
  if (viewport() === fitted) fitDrawing(); else drawing.resize();
}
const isDrawn = table => drawing !== null && drawing.getElementById(`t${table}`).nonempty();

// By keys: to the nearest neighbour in the arrow's direction, along arrows left and right where there are some.
function moveTo(key) {
  const all = drawing.nodes();
  if (all.empty()) return;
  const from = current ?? drawing.nodes(".chosen")[0];
  if (!from) return setCurrent(all.min(node => node.position("x") * 10 + node.position("y")).ele);
  const {x, y} = from.position(), [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[key];
  const joined = dx > 0 ? from.outgoers("node") : dx < 0 ? from.incomers("node") : drawing.collection();
  const ahead = node => (node.position("x") - x) * dx + (node.position("y") - y) * dy;
  const beside = node => Math.abs((node.position("x") - x) * dy) + Math.abs((node.position("y") - y) * dx);
  const candidates = joined.filter(node => ahead(node) > 0).nonempty() ? joined : all;
  const fitting = candidates.filter(node => node.id() !== from.id() && ahead(node) > 0);
  if (fitting.nonempty()) setCurrent(fitting.min(node => ahead(node) + 3 * beside(node)).ele);
}
function setCurrent(node) {
  current?.removeClass("current");
  current = node.addClass("current");
  const box = node.renderedBoundingBox(), inside = box.x1 > 0 && box.y1 > 0 && box.x2 < drawing.width() && box.y2 < drawing.height();
  if (!inside) drawing.center(node);
  place("found").textContent = node.data("label").replace("\n", ", ");
}
function zoomBy(factor) {
  drawing.zoom({level: drawing.zoom() * factor, renderedPosition: {x: drawing.width() / 2, y: drawing.height() / 2}});
}
const KEYS = {"+": () => zoomBy(1.25), "=": () => zoomBy(1.25), "-": () => zoomBy(0.8), 0: fitDrawing, Enter: () => current && chooseNode(current.id()), Escape: () => closeDetails()};
place("canvas").addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !drawing) return;
  if (event.key.startsWith("Arrow")) moveTo(event.key);
  else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
});
