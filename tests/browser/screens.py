"""``make screens``: a picture of every screen at phone, tablet and kiosk size.

The pictures are for looking at, not for comparing. A part of the service with pages adds a function to PARTS: it
is given an open browser, a size, and ``shoot(page, name)``.
"""

import argparse
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from api.cli.migrate import run_migrations
from tests.browser.chromium import Chromium, start_chromium
from tests.browser.interviewer.scenes import visit_interviewer
from tests.browser.kiosk.scenes import visit_screens
from tests.browser.kiosk.tablet import Tablet, serve_kiosks
from tests.browser.page import Page
from tests.browser.pages.parts import STAFF
from tests.browser.pages.scenes import ROOMS
from tests.browser.pages.site import serve_site
from tests.browser.pages.staff_scenes import enter
from tests.browser.phone.screens import SCREENS, serve_one_unit

SIZES: Mapping[str, tuple[int, int]] = {"phone": (360, 740), "tablet": (820, 1180), "kiosk": (1280, 800)}
Shoot = Callable[..., None]  # (page, name): of the screen; with ``whole=True`` of all of the page


def picture_kiosk(chromium: Chromium, shoot: Shoot, *, width: int, height: int) -> None:
    """The page of the tablet, also of an interviewer, in Vietnamese, then English in high contrast."""

    def look(tablet: Tablet, name: str) -> None:
        shoot(tablet.page, name)
        _appear(tablet, "en", is_high=True)
        shoot(tablet.page, f"{name}-en-high")
        _appear(tablet, "vi", is_high=False)

    with tempfile.TemporaryDirectory(prefix="hailong-screens-") as folder:
        url = f"sqlite:///{folder}/screens.sqlite3"
        run_migrations(url)
        with serve_kiosks(url, Path(folder)) as (app, address):
            visit_screens(chromium, app, address, look, width=width, height=height)
            visit_interviewer(chromium, app, address, Path(folder), look, width=width, height=height)


def picture_pages(chromium: Chromium, shoot: Shoot, *, width: int, height: int) -> None:
    """Every page of the service, in Vietnamese; on a phone in English too."""
    with tempfile.TemporaryDirectory(prefix="hailong-screens-") as folder:
        url = f"sqlite:///{folder}/screens.sqlite3"
        run_migrations(url)
        with serve_site(url, Path(folder)) as site:
            for language in ("vi", "en") if width < 500 else ("vi",):
                signed_in = chromium.open_page(width=width, height=height)
                enter(signed_in, site, language)
                for room, scene in ((room, scene) for room, scenes in ROOMS.items() for scene in scenes):
                    page = signed_in if scene.who == STAFF else chromium.open_page(width=width, height=height)
                    scene.open(page, site, language)
                    shoot(page, f"{room}-{name_file(scene.name)}-{language}", whole=True)
                    if page is not signed_in:
                        page.send("Page.close")


def picture_phone(chromium: Chromium, shoot: Shoot, *, width: int, height: int) -> None:
    """The form, step by step: what is seen only after something was done."""
    with tempfile.TemporaryDirectory(prefix="hailong-screens-") as folder, serve_one_unit(Path(folder)) as address:
        for screen, (path, act) in SCREENS.items():
            page = chromium.open_page(address + path, width=width, height=height)
            if act:
                act(page)
                chromium.pump(0.4)
            shoot(page, screen, whole=True)
            page.send("Page.close")


PARTS: Mapping[str, Callable[..., None]] = {"pages": picture_pages, "phone": picture_phone, "kiosk": picture_kiosk}


def take_pictures(folder: Path, names: list[str]) -> int:
    """Write ``<part>-<screen>-<size>.png`` of the parts ``names`` into ``folder``; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0

    with (
        tempfile.TemporaryDirectory(prefix="hailong-chromium-") as profile,
        start_chromium(Path(profile)) as browser,
    ):
        for part in names:
            for size, (width, height) in SIZES.items():

                def shoot(
                    page: Page, name: str, *, whole: bool = False, part: str = part, size: str = size
                ) -> None:
                    nonlocal written
                    written += 1
                    page.screenshot(folder / f"{part}-{name}-{size}.png", whole=whole)
                    print(f"\r{written} ảnh / pictures: {part} {name} {size}\x1b[K", end="", flush=True)

                PARTS[part](browser, shoot, width=width, height=height)
    print()
    return written


def name_file(scene: str) -> str:
    return "-".join(re.findall(r"\w+", scene))


def _appear(tablet: Tablet, language: str, *, is_high: bool) -> None:
    high = "true" if is_high else "false"
    told = f'{{"language": "{language}", "isHighContrast": {high}}}'
    tablet.run(f"Object.assign(hailong, {told}); display.redraw(hailong);", "display")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Chụp mọi màn hình / picture every screen")
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    given = parser.parse_args()
    take_pictures(given.folder, given.parts)
