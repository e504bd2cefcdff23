"""The accessibility checks of axe-core, run inside a page past its content policy."""

import json
from importlib.resources import files

from tests.browser.chromium import Chromium
from tests.browser.page import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def open_for_axe(chromium: Chromium, url: str, *, width: int, text_percent: int = 100) -> Page:
    """A page that lets axe in; ``text_percent`` is the reader's own size of text."""
    page = chromium.open_page(width=width)
    page.send("Page.setBypassCSP", enabled=True)
    page.go(url)
    if text_percent != 100:
        page.evaluate(f"document.documentElement.style.fontSize = '{text_percent}%'")
    return page


def find_faults(page: Page, only: str = "") -> list[str]:
    """What axe objects to, one line for each element; ``only``: asked for that one rule."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8") + "\n;1")
    rules = json.dumps([only] if only else RULES)
    found = page.evaluate(
        f"axe.run(document, {{runOnly: {rules}}}).then(result => result.violations.flatMap("
        "rule => rule.nodes.map(node => rule.id + ' ' + node.html.slice(0, 120) + ' ' + "
        "(node.any[0] || node.all[0] || node.none[0] || {message: ''}).message)))"
    )
    return list(found)
