"""axe finds nothing on any screen, in any language, in both contrasts; targets are large; nothing is cut off."""

import json
from importlib.resources import files

import pytest

from tests.browser.interviewer.scenes import visit_interviewer
from tests.browser.kiosk.scenes import visit_screens
from tests.browser.kiosk.tablet import Tablet

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

TARGET_PX = 60
RUN_AXE = """
axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations.map(
  ({id, nodes}) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`))
"""
SMALL = f"""
[...document.querySelectorAll('button, input, textarea, summary')]
  .filter((found) => found.offsetParent !== null)
  .map((found) => [found.outerHTML.slice(0, 80), found.getBoundingClientRect()])
  .filter(([, box]) => box.height < {TARGET_PX} || box.width < {TARGET_PX})
  .map(([html, box]) => `${{html}} ${{box.width}}×${{box.height}}`)
"""
# What is wider than its box is cut or runs over its neighbour.
CUT = """
[...document.querySelectorAll('button, h1, h2, p, dd, dt, label, li')]
  .filter((found) => found.offsetParent !== null && found.className !== 'unseen')
  .filter((found) => found.scrollWidth > found.clientWidth + 1 && getComputedStyle(found).display !== 'inline')
  .map((found) => found.outerHTML.slice(0, 100))
"""


@pytest.mark.parametrize(
    ("width", "height", "scale"),
    [pytest.param(320, 640, 2, id="320 px, text twice as large"), pytest.param(1280, 800, 1, id="1280 px")],
)
def test_every_screen_is_accessible(chromium, service, tmp_path, width, height, scale):
    axe = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
    found: dict[str, object] = {}
    seen: list[str] = []

    def look(tablet: Tablet, name: str) -> None:
        seen.append(name)
        if tablet.page.evaluate("typeof axe") == "undefined":
            tablet.page.evaluate(f"{axe}; 0")
        for language in ("vi", "en"):
            for is_high in (False, True):
                told = json.dumps({"language": language, "isHighContrast": is_high, "textScale": scale})
                tablet.run(f"Object.assign(hailong, {told}); display.redraw(hailong);", "display")
                key = f"{name} {language} {'high' if is_high else 'normal'}"
                problems = tablet.page.evaluate(RUN_AXE) + tablet.page.evaluate(SMALL) + tablet.page.evaluate(CUT)
                if tablet.page.overflow():
                    problems.append(f"{tablet.page.overflow()} px too wide")
                if problems:
                    found[key] = problems
        normal = '{"language": "vi", "isHighContrast": false}'
        tablet.run(f"Object.assign(hailong, {normal}); display.redraw(hailong);", "display")

    visit_screens(chromium, *service, look, width=width, height=height)
    visit_interviewer(chromium, *service, tmp_path, look, width=width, height=height)
    assert len(seen) >= 23
    assert found == {}
