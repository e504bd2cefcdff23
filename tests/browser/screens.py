"""``python -m tests.browser.screens FOLDER [NAME]``: a picture of every screen at phone, tablet and kiosk size.

The pictures are for looking at, not for comparing. A part of the service with pages adds a function to PARTS: it
is given an open browser, a size, and ``shoot(page, name)``.
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from api.cli.migrate import run_migrations
from tests.browser.chromium import Chromium, Page, start_chromium
from tests.browser.invitations import (
    STAFF_PAGES,
    answer_once,
    serve_invitations,
    sign_in_there,
    visit_public_pages,
)
from tests.browser.kiosk.scenes import visit_screens
from tests.browser.kiosk.tablet import Tablet, serve_kiosks

SIZES: Mapping[str, tuple[int, int]] = {"phone": (360, 740), "tablet": (820, 1180), "kiosk": (1280, 800)}
Shoot = Callable[[Page, str], None]


def picture_kiosk(chromium: Chromium, shoot: Shoot, *, width: int, height: int) -> None:
    """The page of the tablet, in Vietnamese, then English in high contrast."""

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


def picture_invitations(chromium: Chromium, shoot: Shoot, *, width: int, height: int) -> None:
    """The pages of an invited person, then those of staff: response rates, codes to print."""
    with tempfile.TemporaryDirectory(prefix="hailong-screens-") as folder:
        url = f"sqlite:///{folder}/screens.sqlite3"
        run_migrations(url)
        with serve_invitations(url, Path(folder)) as (address, codes):
            page = chromium.open_page(width=width, height=height)
            visit_public_pages(page, address, codes[0], shoot)
            answer_once(page, address, codes[1], shoot)
            sign_in_there(page, address)
            for path in STAFF_PAGES:
                page.go(f"{address}{path}")
                shoot(page, "".join(letter if letter.isalnum() else "-" for letter in path.strip("/")))


PARTS: Mapping[str, Callable[..., None]] = {"kiosk": picture_kiosk, "invitations": picture_invitations}


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

                def shoot(page: Page, name: str, *, part: str = part, size: str = size) -> None:
                    nonlocal written
                    written += 1
                    page.screenshot(folder / f"{part}-{name}-{size}.png")
                    print(f"\r{written} ảnh / pictures: {part} {name} {size}\x1b[K", end="", flush=True)

                PARTS[part](browser, shoot, width=width, height=height)
    print()
    return written


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
