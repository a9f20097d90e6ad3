"""The lineage page in a real browser: what a click, a key and a search show, and that users' text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from chromium import Browser, chromium
from rawcall import CATALOG, LINEAGE, Caller, column, flow, table
from sandbox_server import sandbox

pytestmark = pytest.mark.servers

SQL = "INSERT INTO mart.revenue\nSELECT id, amount FROM sales.orders"
EVIL = """</script><script>alert(1)</script><img src=x onerror="alert('2')">\u2028&amp;\x07"quoted".x"""
ORDERS, REVENUE, REPORT = "12.sales.Orders", "12.mart.revenue", "31.DWH.MART.T"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def caller(browser, tmp_path_factory) -> Iterator[Caller]:
    """A sandbox with lineage: orders, and what nobody knows, make revenue, which makes a report."""
    with sandbox(tmp_path_factory.mktemp("page"), CATALOG) as running:
        raw = Caller(running)
        flows = [
            {"external_id": "api/revenue", "title": "Fill revenue", "content": SQL},
            {"external_id": "api/evil", "title": EVIL, "content": EVIL, "description": EVIL},
        ]
        paths = [
            [[table(ORDERS)], [flow("api/revenue")], [table(REVENUE)]],
            [[column(f"{ORDERS}.amount")], [flow("api/revenue")], [column(f"{REVENUE}.amount")]],
            [[table("12.sales.unknown")], [flow("api/evil")], [table(REVENUE)]],
            [[table(REVENUE)], [table(REPORT)]],
            [[column(f"{REVENUE}.amount")], [column(f"{REPORT}.A")]],
            [[table(f"12.sales.{EVIL}")], [flow("api/evil")], [column(f"{REPORT}.{EVIL}")]],
        ]
        raw.finished(raw.ask("POST", LINEAGE, {"dataflow_objects": flows, "paths": paths}))
        yield raw


@pytest.fixture
def page(browser, caller) -> Iterator[Browser]:
    """The page, freshly opened; it must not have complained when the test is over."""
    browser.open(f"{caller.control.url}/")
    yield browser
    assert browser.complaints() == []


def box(key: str) -> str:
    """The expression for a table's box in the drawing."""
    return f"document.querySelector('#graph a:not(.link)[href=\"#table={quote(key)}\"]')"


def test_a_click_on_a_table_shows_its_columns(page):
    """Each column stands with where it comes from and where it goes to."""
    assert page.ask("document.getElementById('details').hidden")
    page.click(box(REVENUE))
    assert page.text("#details h2") == REVENUE
    rows = page.text("#details tr").splitlines()
    assert [row.strip() for row in rows if row.strip()][-2:] == [
        f"from {ORDERS}.amount by Fill revenue",
        f"to {REPORT}.A",
    ]
    assert page.text("#details tr:first-child th").startswith("day")


def test_a_click_on_an_arrow_shows_the_sql(page):
    """The dataflow behind an arrow: title, what it reads and writes, its SQL as it was sent."""
    arrow = f"[...document.querySelectorAll('#graph .link')].find(a => a.textContent.startsWith('{ORDERS}'))"
    page.click_at(f"(g => g.getPointAtLength(9).matrixTransform(g.getScreenCTM()))({arrow}.querySelector('.grip'))")
    assert page.text("#details h2") == "Fill revenue"
    assert page.text("#details pre") == SQL
    assert page.text("#details h3").split() == ["Reads", "Writes", "Content"]
    assert page.ask("document.querySelectorAll('#graph .near').length") == 1


def test_the_address_opens_a_table(browser, caller):
    """A fragment, in any case, opens its table; one that names nothing says so."""
    browser.open(f"{caller.control.url}/#table={REVENUE.upper()}")
    assert browser.text("#details h2") == REVENUE
    browser.open(f"{caller.control.url}/#table=%zz")
    assert "Nothing here is named %zz" in browser.text("#details")
    assert browser.complaints() == []


def test_by_keyboard_alone(page):
    """Tab reaches the search, the list and the drawing; Enter opens what is focused and Close closes it."""
    reached = []
    for _ in range(40):
        page.press("Tab")
        reached.append(page.ask("(e => e.closest('#graph') ? e.getAttribute('href') : e.id)(document.activeElement)"))
        if reached[-1] == f"#table={REVENUE}":
            break
    assert reached[0] == "search"
    page.press("Enter")
    assert page.text("#details h2") == REVENUE
    page.ask("document.querySelector('#details .close').focus()")
    page.press("Enter")
    assert page.ask("document.getElementById('details').hidden")


def test_the_search_narrows_list_and_drawing(page):
    """What is searched for, a column's name too, stays; the rest leaves the list and fades in the drawing."""
    page.ask("document.getElementById('search').focus()")
    page.type("AMOUNT")
    shown = "[...document.querySelectorAll('nav li:not([hidden])')].map(e => e.innerText)"
    assert page.ask(shown) == ["mart.revenue", "sales.Orders", "Fill revenue"]
    assert page.ask(f"{box(REPORT)}.classList.contains('faded')")
    assert not page.ask(f"{box(ORDERS)}.classList.contains('faded')")


def test_what_the_catalog_does_not_hold_is_marked(page):
    """TMP stands at an unknown table, in the list and in the drawing, and at no known one."""
    assert "TMP" in page.ask(f"{box('12.sales.unknown')}.textContent")
    assert "TMP" not in page.ask(f"{box(ORDERS)}.textContent")
    marked = "[...document.querySelectorAll('nav li')].filter(e => e.querySelector('.tmp')).map(e => e.innerText)"
    assert "sales.unknown TMP" in page.ask(marked)


def test_what_users_write_stays_text(page, caller):
    """Markup in keys, titles and SQL is shown as it is and nothing of it runs."""
    page.ask("location.hash = 'dataflow=api/evil'")
    page.ask("new Promise(done => setTimeout(() => done(null), 0))")
    for selector in ("h2", "pre"):
        assert page.ask(f"document.querySelector('#details {selector}').firstChild.data") == EVIL
    assert page.ask("document.querySelectorAll('img').length") == 0
    assert page.ask("document.scripts.length") == 2
    page.click("[...document.querySelectorAll('#details a')].find(a => a.textContent.includes('alert'))")
    assert page.ask("document.querySelector('#details h2').firstChild.data") == f"12.sales.{EVIL}"


def test_loads_nothing_else(page):
    """The page itself is the only request to a server."""
    asked = {url.partition("#")[0] for url in page.asked}
    assert {url for url in asked if not url.startswith(("data:", "about:"))} == {page.ask("location.href")}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_can_be_read_in_light_and_dark(page, scheme):
    """Text, links and marks stand out from what is behind them by 4.5 to 1, as WCAG 2 asks."""
    page.page.emulate_media(color_scheme=scheme)
    page.click(box("12.sales.unknown"))
    card = luminance(page.ask("getComputedStyle(document.querySelector('nav')).backgroundColor"))
    assert (card < 0.2) == (scheme == "dark")
    for selector in ("nav a", "#details h2", "#details .soft", "header", ".name span"):
        colour = page.ask(f"getComputedStyle(document.querySelector('{selector}')).color")
        assert contrast(card, luminance(colour)) >= 4.5, selector
    mark = page.ask("(s => [s.color, s.backgroundColor])(getComputedStyle(document.querySelector('.tmp')))")
    assert contrast(*map(luminance, mark)) >= 4.5


def test_many_tables_are_listed_and_not_drawn(browser, tmp_path):
    """Above the limit the page says that it draws nothing, and the list opens tables all the same."""
    with sandbox(tmp_path, CATALOG) as running:
        raw = Caller(running)
        many = [table(f"12.sales.t{n}") for n in range(301)]
        raw.finished(raw.ask("POST", LINEAGE, {"dataflow_objects": [], "paths": [[many, [table(REVENUE)]]]}))
        browser.open(f"{running.url}/")
        assert "302 tables are too many to draw" in browser.text("#drawing")
        assert browser.ask("document.querySelectorAll('svg').length") == 0
        browser.click("[...document.querySelectorAll('nav a')].find(a => a.innerText === 'sales.t300')")
        assert browser.text("#details h2") == "12.sales.t300 TMP"
        assert REVENUE in browser.text("#details")


def luminance(colour: str) -> float:
    """The relative luminance of an ``rgb(...)`` colour, after WCAG 2."""
    parts = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    """How far two luminances stand apart, from 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
