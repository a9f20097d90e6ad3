"""The page in a real browser: what clicks, keys, searches and addresses show, and that users' text stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from chromium import Browser, chromium
from graphs import EVIL, MADE, SQL, evil, retail

from extractor.outputs.graph import Edge, Flow, Graph, Table
from extractor.outputs.html import write_html

pytestmark = pytest.mark.servers

Open = Callable[..., Browser]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as running:
        yield running


@pytest.fixture
def opened(browser, tmp_path_factory) -> Iterator[Open]:
    """Opens the page of a graph; it must not have complained, nor asked for anything, when the test is over."""
    folder = tmp_path_factory.mktemp("page")

    def show(graph: Graph, address: str = "", *, scheme: str = "light", width: int = 1500) -> Browser:
        write_html(graph, folder / "page.html")
        browser.page.emulate_media(color_scheme=scheme)
        browser.page.set_viewport_size({"width": width, "height": 900})
        browser.open(f"{(folder / 'page.html').as_uri()}{address}")
        return browser

    yield show
    assert browser.complaints() == []
    asked = {url.partition("#")[0] for url in browser.asked}
    assert {url for url in asked if not url.startswith(("data:", "about:"))} <= {(folder / "page.html").as_uri()}


def node(table: str) -> str:
    """The point of the window at which a table is drawn."""
    at = f"drawing.getElementById('t' + tableAt.get('{table}')).renderedPosition()"
    return f"(b => ({{x: b.x + {at}.x, y: b.y + {at}.y}}))(document.getElementById('canvas').getBoundingClientRect())"


def middle(source: str, target: str) -> str:
    """The point of the window in the middle of an arrow."""
    mark = f"`t${{tableAt.get('{source}')}}>t${{tableAt.get('{target}')}}`"
    at = f"drawing.getElementById({mark}).renderedMidpoint()"
    return f"(b => ({{x: b.x + {at}.x, y: b.y + {at}.y}}))(document.getElementById('canvas').getBoundingClientRect())"


def settle(page: Browser) -> None:
    """Wait until the page has done what an address or an input made it begin."""
    page.ask("new Promise(done => setTimeout(() => requestAnimationFrame(() => done(null)), 300))")


def test_a_click_on_a_table_shows_its_columns(opened):
    """Each column with where it comes from and where it goes to, and the tables around."""
    page = opened(retail())
    page.click_at(node("12.mart.net"))
    settle(page)
    assert page.text("#details h2") == "12.mart.net"
    assert page.text("#details tbody th") == "net"
    cells = page.text("#details tbody td")
    assert "from 12.raw.sales.amount" in cells
    assert "to 12.rpt.top.best" in cells
    assert "+ added" in cells
    assert "Fed by (2)" in page.text("#details h3")


def test_a_click_on_an_arrow_shows_its_statement(opened):
    """SQL, kind, confidence, reason, first and last seen, and why the plan touches it."""
    page = opened(retail())
    page.click_at(middle("12.raw.sales", "12.mart.net"))
    settle(page)
    assert page.text("#details pre") == SQL
    facts = page.text("#details dl")
    for words in (
        "2026-01-02 03:04 UTC",
        "2026-02-28 23:00 UTC",
        "its edges differ",
        "confidence 0.90, the only table",
    ):
        assert words in facts
    assert "~ changed" in page.text("#details article h3")


def test_a_column_shows_its_whole_way(opened):
    """Up and down to the ends, and the drawing is that way alone; filters join on request."""
    page = opened(retail(), "#column=12.rpt.top=best")
    settle(page)
    assert re.findall(r"\d\. (\S+)", page.text("#details li")) == ["12.mart.net.net", "12.raw.sales.amount"]
    assert page.ask("drawing.nodes().map(node => node.id()).length") == 3
    assert page.ask("drawing.edges('.lit').length") == 2
    page.click("document.querySelector('#details input[type=checkbox]')")
    settle(page)
    assert "12.raw.sales.shop" in page.text("#details li")


def test_changes_have_signs_and_not_colour_alone(opened):
    """Arrows that come and go carry a sign and a line of their own; unticking takes them away."""
    page = opened(retail())
    signs = "Object.fromEntries(drawing.edges().map(edge => [edge.data('change'), edge.data('sign')]))"
    assert page.ask(signs) == {"keep": "", "add": "+", "remove": "\u2212"}
    assert page.ask("drawing.edges('[change = \"remove\"]')[0].style('line-style')") == "dotted"
    page.click("document.querySelectorAll('#changes input')[3]")
    assert "remove" not in page.ask(signs)


def test_schemas_and_sources_collapse(opened):
    """All at once by the choice above, one by its button in the list, and open again by the same."""
    page = opened(retail())
    count = "drawing.nodes().length"
    assert page.ask(count) == 5
    page.ask("(place('mode').value = 'sources', place('mode').dispatchEvent(new Event('change')), 1)")
    assert page.ask(count) == 1
    page.ask("(place('mode').value = 'tables', place('mode').dispatchEvent(new Event('change')), 1)")
    page.click(
        "[...document.querySelectorAll('nav summary')].find(e => e.innerText.startsWith('12.raw')).lastElementChild"
    )
    assert page.ask(count) == 4
    assert page.ask("drawing.nodes('[kind = \"group\"]')[0].data('label')") == "12.raw\nschema, 2 tables"


def test_the_search_finds_tables_and_columns(opened):
    """The list keeps what is found, the drawing fades the rest, Enter opens the first."""
    page = opened(retail())
    page.ask("document.getElementById('search').focus()")
    page.type("AMOUNT")
    settle(page)
    assert page.text("nav li") == "12.raw.sales"
    assert page.ask("drawing.nodes('.faded').length") == 4
    page.press("Enter")
    settle(page)
    assert page.text("#details h2") == "12.raw.sales"


def test_by_keyboard_alone(opened):
    """Tab reaches the drawing, arrows go along the edges, Enter opens, Escape closes."""
    page = opened(retail())
    for _ in range(60):
        page.press("Tab")
        if page.ask("document.activeElement.id") == "canvas":
            break
    keys = "(...keys) => keys.forEach(key => place('canvas').dispatchEvent(new KeyboardEvent('keydown', {key})))"
    page.ask(f"({keys})('ArrowRight', 'ArrowRight')")
    first = page.ask("current.id()")
    page.ask(f"({keys})('ArrowRight')")
    assert page.ask(f"current.incomers('node').map(node => node.id()).includes('{first}')")
    page.ask(f"({keys})('Enter')")
    settle(page)
    assert page.text("#details h2")
    page.ask(f"({keys})('Escape')")
    assert page.ask("place('details').hidden")
    before = page.ask("drawing.zoom()")
    page.ask(f"({keys})('+')")
    assert page.ask("drawing.zoom()") > before


def test_the_report_has_charts_and_likely_matches(opened):
    """Coverage and outcomes, names with what was meant, slow statements, what missing columns cost: with numbers."""
    page = opened(retail(), "#report")
    labels = page.ask("[...document.querySelectorAll('#report svg')].map(e => e.getAttribute('aria-label'))")
    assert "with lineage 6, names not resolved 2, not analysed 2" in labels
    assert any(label.startswith("Statements by outcome: lineage 6") for label in labels)
    assert any("abcdef0123456789 1.25 s" in label for label in labels)
    assert any("raw.sales 31 columns" in label for label in labels)
    rows = page.ask("[...document.querySelectorAll('#report figure.wide tbody tr')].map(e => e.innerText)")
    assert any("mart.nett" in row and "12.mart.net" in row for row in rows)
    assert any("12.catalog.held" in row for row in rows)
    assert "and 5 more" in page.text("#report")
    assert "the upload stopped" in page.text("#report")


def test_statements_and_tables_are_listed_and_sorted(opened):
    """A click on a heading sorts; a statement opens to its SQL."""
    page = opened(retail(), "#tables")
    heads = "[...document.querySelectorAll('#tables th button')]"
    page.click(f"{heads}.find(e => e.innerText === 'Feeds')")
    assert page.ask("document.querySelector('#tables tbody a').innerText") != "12.rpt.top"
    page.ask("location.hash = 'statements'")
    settle(page)
    assert page.text("#statements h2") == "2 statements: 1 added, 1 changed"
    page.click("document.querySelector('#statements tbody summary')")
    settle(page)
    assert SQL in page.text("#statements pre")


@pytest.mark.parametrize("address", ["", "#statements", "#tables", "#report", "evil table", "evil column", "evil edge"])
def test_what_users_write_stays_text(opened, address):
    """Markup in any name, title, reason or SQL is shown as it is, and nothing of it runs."""
    page = opened(evil(), address if address.startswith("#") else "")
    if address.startswith("evil"):
        keys = {
            "table": "tables.key[0]",
            "column": "tables.key[0], tables.columns[0][0]",
            "edge": "tables.key[0], tables.key[1]",
        }
        what = address.removeprefix("evil ")
        page.ask(f"location.hash = address('{what}', {keys[what]})")
        settle(page)
        assert "alert(1)" in page.text("#details h2")
    assert page.ask("document.querySelectorAll('img:not(#printed)').length") == 0
    assert page.ask("document.scripts.length") == 5
    assert page.ask("place('title').firstChild.data") == EVIL


def test_an_address_that_names_nothing_says_so(opened):
    """No exception, one sentence."""
    page = opened(retail(), "#table=%zz")
    assert "Nothing here is named %zz" in page.text("#details")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_can_be_read_in_light_and_dark(opened, scheme):
    """Text, links, marks and the labels of the drawing stand out by 4.5 to 1, as WCAG 2 asks."""
    page = opened(retail(), "#table=12.mart.net", scheme=scheme)
    settle(page)
    card = luminance(page.ask("getComputedStyle(document.querySelector('aside')).backgroundColor"))
    assert (card < 0.2) == (scheme == "dark")
    for selector in ("aside a", "#details h2", "#details .soft", ".add", ".change", ".remove", "[role=tab]"):
        colour = page.ask(f"getComputedStyle(document.querySelector('{selector}')).color")
        behind = (
            card
            if selector != "[role=tab]"
            else luminance(page.ask("getComputedStyle(document.querySelector('[role=tab]')).backgroundColor"))
        )
        assert contrast(behind, luminance(colour)) >= 4.5, selector
    label, ground = page.ask("(n => [n.style('color'), n.style('background-color')])(drawing.nodes()[0])")
    assert contrast(luminance(label), luminance(ground)) >= 4.5


def test_prints_in_light_with_the_drawing_and_all_views(opened):
    """Printed, the page has the graph as a picture, the details and every view, in dark colours on white."""
    page = opened(retail(), "#table=12.mart.net", scheme="dark")
    settle(page)
    assert len(page.page.pdf()) > 15_000
    page.ask("dispatchEvent(new Event('beforeprint'))")
    page.page.emulate_media(media="print", color_scheme="dark")
    assert page.ask("place('printed').src").startswith("data:image/png")
    assert page.ask("['graph', 'tables', 'statements', 'report'].every(id => place(id).getClientRects().length > 0)")
    assert page.text("#tables th").split("\n")[:2] == ["Table", "Schema"]
    assert luminance(page.ask("getComputedStyle(document.body).color")) < 0.1
    page.page.emulate_media(media="screen")


def test_a_small_window_has_no_sideways_scroll(opened):
    """On a telephone everything stands one below the other, the drawing first."""
    page = opened(retail(), width=400)
    assert page.ask("document.documentElement.scrollWidth <= innerWidth")
    assert page.ask("place('drawing').getBoundingClientRect().top < place('list').getBoundingClientRect().top")


def test_an_empty_plan_says_that_there_is_nothing_to_draw(opened):
    """An empty drawing is no riddle, and arrow keys do nothing in it."""
    page = opened(Graph("empty", MADE))
    assert "nothing to draw" in page.text("#notice")
    page.ask("place('canvas').focus()")
    page.press("ArrowRight")
    assert page.ask("current === null")


def test_names_written_from_right_to_left_keep_their_parts_in_order(opened):
    """The number of the data source stays in front of the schema, and the signs of what changes stay behind it."""
    schema = "\u05de\u05d7\u05e1\u05df"
    graph = Graph("rtl", MADE)
    flow = graph.flow(Flow("f", "Insert", "insert", change="add"))
    one, two = (graph.table(Table(f"12.{schema}.{name}", "12", schema, name)) for name in "ab")
    graph.edge(Edge(one, "", two, "", "direct", 1.0, "", flow, "add"))
    page = opened(graph)
    assert page.ask("drawing.nodes()[0].data('label')") == f"a\n\u206612.{schema}\u2069  +1"


def test_more_tables_than_can_be_drawn(opened):
    """Schemas are drawn in their place, which is said; a table of the list is drawn with what is around it."""
    graph = Graph("large", MADE)
    flow = graph.flow(Flow("f", "Insert", "insert"))
    places = [graph.table(Table(f"1.s{n % 20}.t{n}", "1", f"s{n % 20}", f"t{n}")) for n in range(2_000)]
    for one, other in pairwise(places):
        graph.edge(Edge(one, "", other, "", "direct", 1.0, "", flow))
    page = opened(graph)
    assert "2,000 tables are too many to draw at once, so schemas are drawn" in page.text("#notice")
    assert page.ask("drawing.nodes().length") == 20
    page.ask("location.hash = '#table=1.s0.t1000'")
    settle(page)
    drawn = page.ask("drawing.nodes().map(node => tables.name[Number(node.id().slice(1))]).sort()")
    assert drawn == ["t1000", "t1001", "t1002", "t998", "t999"]
    page.ask("location.hash = '#schema=1.s3'")
    settle(page)
    page.click("[...document.querySelectorAll('#details button')].find(e => e.innerText.startsWith('Open or close'))")
    assert page.ask("drawing.nodes('[kind = \"table\"]').length") == 100


def luminance(colour: str) -> float:
    """The relative luminance of an ``rgb(...)`` or ``#rrggbb`` colour, after WCAG 2."""
    numbers = [int(n) for n in re.findall(r"\d+", colour)[:3]] if "(" in colour else list(bytes.fromhex(full(colour)))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (n / 255 for n in numbers))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def full(colour: str) -> str:
    """``#abc`` in six digits."""
    digits = colour.removeprefix("#")
    return digits if len(digits) == 6 else "".join(2 * d for d in digits)


def contrast(one: float, other: float) -> float:
    """How far two luminances stand apart, from 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_the_data_are_json():
    """The sample's report is one that a run could write."""
    assert json.loads(json.dumps(retail().report))
