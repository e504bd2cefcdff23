"""A person with a keyboard and nothing else: only key events reach the page."""

import json

from tests.browser.page import BrowserError, Page

CONTROL, ALT = 2, 1


def tab_to(page: Page, selector: str, most: int = 200) -> None:
    """Press Tab until the element that fits ``selector`` has the focus, and is seen to have it."""
    for _ in range(most):
        if page.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
            seen = page.evaluate("document.activeElement.matches(':focus-visible')")
            assert seen, f"nobody sees that {selector} has the focus"
            return
        page.press("Tab")
    raise BrowserError(f"{most} presses of Tab do not lead to {selector!r}")


def write(page: Page, text: str) -> None:
    """Type letter by letter into what has the focus."""
    for letter in text:
        page.send("Input.dispatchKeyEvent", type="keyDown", key=letter, text=letter)
        page.send("Input.dispatchKeyEvent", type="keyUp", key=letter)


def press_together(page: Page, modifiers: int, key: str, code: str, number: int) -> None:
    """One key while Control or Alt is held; ``number`` is its virtual key code."""
    named = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers}
    page.send("Input.dispatchKeyEvent", type="rawKeyDown", **named)
    page.send("Input.dispatchKeyEvent", type="keyUp", **named)
