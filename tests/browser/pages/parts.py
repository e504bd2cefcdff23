"""What a scene is, a page with something on it, and how one comes to it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.page import Page
from tests.browser.pages.site import Site

ANYBODY, STAFF, NEWCOMER = "anybody", "staff", "newcomer"  # a newcomer comes with a profile of their own
Open = Callable[[Page, Site, str], None]


@dataclass(frozen=True)
class Scene:
    """``route`` is the one that answers with the page, such as ``POST /privacy/response``."""

    name: str
    route: str
    who: str
    open: Open
    only: str | None = None  # the language of a page that has no other


def show(path: str) -> Open:
    """Opens ``path``; ``{name}`` in it is one of the ids of the site."""

    def open_path(page: Page, site: Site, language: str) -> None:
        filled, mark, place = path.format(**site.ids).partition("#")
        page.go(f"{site.address}{filled}{'&' if '?' in filled else '?'}lang={language}{mark}{place}")

    return open_path


def send(path: str, form: str, /, **fields: str) -> Open:
    """Opens ``path`` and sends its ``form`` (a selector) with these fields, past the checks of the browser."""

    def open_and_send(page: Page, site: Site, language: str) -> None:
        show(path)(page, site, language)
        submit(page, form, **{name: value.format(language=language, **site.ids) for name, value in fields.items()})

    return open_and_send


def submit(page: Page, form: str, /, **fields: str) -> None:
    """Send the form that fits the selector."""
    loads = page._loads
    page.evaluate(
        f"(() => {{ const form = document.querySelector({form!r});"
        f"for (const [name, value] of Object.entries({fields!r})) {{"
        "const old = form.querySelector("
        "`:is(input:not([type=radio], [type=checkbox]), select, textarea)[name='${name}']`);"
        "if (old) { old.value = value; continue; }"
        "const added = Object.assign(document.createElement('input'), {type: 'hidden', name, value});"
        "form.append(added); } HTMLFormElement.prototype.submit.call(form); })()"
    )
    page.wait_for_load(loads)
