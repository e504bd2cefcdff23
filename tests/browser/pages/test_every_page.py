"""Every page, in each language, on a small phone with text twice as large and on a desk, in every contrast.

axe finds nothing, none scrolls sideways, targets are large, nothing comes from elsewhere, citizens get no cookie.
"""

import re

import pytest
from fastapi.routing import iter_route_contexts

from tests.browser.page import Page
from tests.browser.pages.checks import find_faults_everywhere
from tests.browser.pages.parts import ANYBODY, NEWCOMER, STAFF, Scene
from tests.browser.pages.scenes import OTHERS, ROOMS
from tests.browser.pages.site import Site
from tests.browser.pages.staff_scenes import enter

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_every_route_has_a_scene_or_answers_with_no_page(site):
    routes = {
        f"{method} {context.path}"
        for context in iter_route_contexts(site.app.routes)
        for method in context.methods or ()
        if not context.path.startswith("/api/")
    }
    shown = {scene.route for scenes in ROOMS.values() for scene in scenes}
    assert shown | OTHERS >= routes, "an HTML page without a scene"
    assert shown | OTHERS <= routes, "a scene of a route that is not there"
    assert shown & OTHERS == set()


@pytest.mark.long
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_page_is_accessible_and_keeps_to_itself(chromium, site, room, language):
    pages = {who: chromium.open_page(width=320) for who in (ANYBODY, STAFF)}
    enter(pages[STAFF], site, language)
    found = []
    for scene in ROOMS[room]:
        page = pages.get(scene.who) or chromium.open_page(width=320)
        found += [f"{scene.name}: {problem}" for problem in look_at(page, site, scene, language)]
        if scene.who == NEWCOMER:
            page.send("Page.close")
    assert not found, "\n".join(found)


def look_at(page: Page, site: Site, scene: Scene, language: str) -> list[str]:
    """Everything that is wrong with a scene."""
    page.requests.clear()
    page.errors.clear()
    scene.open(page, site, language)
    problems = find_faults_everywhere(page)
    documents = [request for request in page.requests if request.kind == "Document"]
    if not documents or not fits(site, documents[-1], scene):
        problems.append(f"shown by {documents[-1:]}, not by {scene.route}")
    if strangers := page.origins() - {site.address}:
        problems.append(f"asks {strangers}")
    if scene.who == ANYBODY and (cookies := page.send("Network.getCookies")["cookies"]):
        problems.append(f"cookies {cookies}")
    if (said := page.evaluate("document.documentElement.lang")) != (scene.only or language):
        problems.append(f"in {said!r}")
    return problems + [error for error in page.errors if not is_reply_of_the_service(error)]


def fits(site: Site, request, scene: Scene) -> bool:
    method, route = scene.route.split(" ", 1)
    path = re.sub(r"[?#].*", "", request.url.removeprefix(site.address))
    pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(route))
    return request.method == method and bool(re.fullmatch(pattern, path))


def is_reply_of_the_service(error: str) -> bool:
    """That a page came with 4xx, or that a test kept a file away, is said by the browser in its console."""
    return "the server responded with a status of 4" in error or "ERR_BLOCKED_BY_CLIENT" in error
