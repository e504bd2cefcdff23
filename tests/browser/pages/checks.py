"""What is asked of every page at every size and in every contrast."""

from tests.browser.axe import find_faults
from tests.browser.page import Page

TARGET_PX = 44
CONTRASTS = {
    "more contrast": {"name": "prefers-contrast", "value": "more"},
    "own colours": {"name": "forced-colors", "value": "active"},
}
# Exempt as in WCAG 2.5.5: a link within a line of text. A box to tick is pressed by its label; the link over the
# page's head is as large as the others once it has the focus.
SMALL = f"""(() => {{
  const isInText = (link) => {{
    let line = link.parentElement;
    while (getComputedStyle(line).display.startsWith("inline")) line = line.parentElement;
    const own = [...line.querySelectorAll("a, button")].map((one) => one.textContent).join("").length;
    return getComputedStyle(link).display === "inline" && line.textContent.trim().length > own;
  }};
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter((one) => one.checkVisibility() && !one.closest(".off, [inert]") && !one.matches(".skip"))
    .filter((one) => !(one.tagName === "A" && isInText(one)))
    .map((one) => one.matches("[type=radio], [type=checkbox]") ? one.closest("label") ?? one : one)
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.right > 0 && (box.height < {TARGET_PX - 0.1} || box.width < {TARGET_PX - 0.1}))
    .map(([one, {{width, height}}]) => `small ${{width | 0}}×${{height | 0}} ${{one.outerHTML.slice(0, 90)}}`);
}})()"""


def find_faults_everywhere(page: Page) -> list[str]:
    """Faults of the page that is open: on a small phone, also with text twice as large, and on a desk."""
    problems = []
    for width, text_percent in ((320, 200), (320, 100), (1280, 100)):
        page.resize(width, 800)
        page.evaluate(f"document.documentElement.style.fontSize = '{text_percent}%'")
        where = f"{width} px, text {text_percent} %: "
        problems += [where + fault for fault in page.evaluate(SMALL)]
        if page.overflow():
            problems.append(f"{where}{page.overflow()} px too wide")
        if (width, text_percent) != (320, 100):
            problems += [where + fault for fault in find_faults(page)]
    page.resize(820, 1180)
    if page.overflow():
        problems.append(f"820 px: {page.overflow()} px too wide")
    for told, feature in CONTRASTS.items():
        page.send("Emulation.setEmulatedMedia", features=[feature])
        problems += [f"{told}: {fault}" for fault in find_faults(page, only="color-contrast")]
    page.send("Emulation.setEmulatedMedia", features=[])
    return problems
