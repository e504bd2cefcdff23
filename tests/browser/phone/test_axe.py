"""axe finds nothing on any page, in any language, at 320 px and 200 % text, in light and in high contrast."""

import pytest

from tests.browser.axe import find_faults, open_for_axe

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

FORMS = ("counter", "one_stop", "one_stop_enterprise", "papi_procedures", "portal_poll", "sipas")
STEPS = "[...document.querySelectorAll('.step')].map(step => step.id)"
# Links within a sentence are exempt.
SMALL = """
[...document.querySelectorAll('a, button, select, textarea, label.tick, .scale label, input[type=text]')]
  .filter(found => found.checkVisibility() && !found.closest('.off') && !found.matches('p.help a'))
  .map(found => [found, found.getBoundingClientRect()]).filter(([_, box]) => box.height < 44 || box.width < 44)
  .map(([found, box]) => found.outerHTML.slice(0, 80) + ' ' + box.width + '×' + box.height)
"""


def check(page, where):
    # In our contrast a page has other colours and nothing else.
    assert find_faults(page, only="color-contrast" if "contrast=high" in where else "") == [], where
    assert page.overflow() == 0, where
    assert page.evaluate(SMALL) == [], where


@pytest.mark.parametrize("language", ["vi", "en", "ar-XB"])
@pytest.mark.parametrize("form", FORMS)
def test_forms_whole(chromium, service, form, language):
    for display in ("", "&contrast=high", "&mode=simple"):
        address = f"{service.address}/f/{form}?unit=T1&view=all&lang={language}{display}"
        check(open_for_axe(chromium, address, width=320, text_percent=200), address)


@pytest.mark.parametrize("display", ["", "&contrast=high", "&mode=simple"])
def test_every_step(chromium, service, display):
    for form in ("papi_procedures", "sipas"):
        page = open_for_axe(chromium, f"{service.address}/f/{form}?unit=T1{display}", width=360)
        steps = page.evaluate(STEPS)
        for step in [*steps[:16], *steps[-2:]]:
            page.evaluate(f"location.hash = '#{step}'")
            page.browser.pump(0.05)
            check(page, f"{form} {step} {display}")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_mistakes_review_and_thanks_in_our_contrast(chromium, service, language):
    address = f"{service.address}/f/counter?unit=T1&lang={language}&contrast=high"
    page = open_for_axe(chromium, address, width=320, text_percent=200)
    page.evaluate("document.forms[0].submit()")
    page.wait_for_load(page._loads)
    check(page, "mistakes")
    page.evaluate("document.querySelector('[name=overall][value=\"2\"]').click()")
    page.evaluate("document.querySelector('button[hidden]').value = 'review'")
    loads = page._loads
    page.evaluate("document.querySelector('button[hidden]').click()")
    page.wait_for_load(loads)
    check(page, "review")
    loads = page._loads
    page.evaluate("document.querySelector('main button[type=submit]:not(.edit)').click()")
    page.wait_for_load(loads)
    assert "/thanks" in page.evaluate("location.href")
    check(page, "thanks")


def test_notices(chromium, service):
    for path in ("/f/nothing", "/f/counter/thanks?receipt=x"):
        check(open_for_axe(chromium, f"{service.address}{path}", width=320, text_percent=200), path)


def test_whoever_asked_the_device_for_more_contrast_gets_it(chromium, service):
    page = open_for_axe(chromium, f"{service.address}/f/counter?unit=T1", width=320)
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-contrast", "value": "more"}])
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    check(page, "prefers-contrast")
