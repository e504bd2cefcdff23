"""Languages nobody speaks show what is hard-coded, and that nothing breaks from right to left."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

# Texts one can see that are not in brackets: whatever is not a wording of a catalogue.
BARE = """
(() => { const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); const bare = [];
  while (walker.nextNode()) { const node = walker.currentNode, text = node.data.replace(/\\u00ad/g, '').trim();
    if (!/[A-Za-z]{2}/.test(text) || !node.parentElement.checkVisibility()) continue;
    const above = node.parentElement;
    if (above.closest('[lang]') !== document.documentElement || above.closest('.off, .place')) continue;
    if (!/^[^A-Za-z]*\\[/.test(text)) bare.push(text); }
  return bare; })()
"""


@pytest.mark.parametrize("mode", ["", "&mode=simple"])
@pytest.mark.parametrize("form", ["counter", "one_stop", "papi_procedures", "sipas", "portal_poll"])
def test_every_word_of_a_page_comes_from_a_catalogue(chromium, service, form, mode):
    address = f"{service.address}/f/{form}?unit=T1&lang=en-XA&view=all{mode}"
    page = chromium.open_page(address, width=360)
    known = {"118/2025/NĐ-CP", "1001/QĐ-BNV"}
    bare = [text for text in page.evaluate(BARE) if not any(text.startswith(number) for number in known)]
    assert bare == []
    assert page.overflow() == 0


@pytest.mark.parametrize("width", [320, 820, 1280])
@pytest.mark.parametrize("form", ["counter", "one_stop", "papi_procedures", "sipas"])
def test_right_to_left_mirrors_the_page_and_nothing_sticks_out(chromium, service, form, width):
    page = chromium.open_page(f"{service.address}/f/{form}?unit=T1&lang=ar-XB&view=all", width=width)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.overflow() == 0
    first, last = (
        page.evaluate(
            f"(document.querySelectorAll('.scale label, .tick')[{at}] || document.body).getBoundingClientRect().x"
        )
        for at in (0, 1)
    )
    assert first >= last


def test_a_language_without_words_stands_in_vietnamese_and_says_so(chromium, service):
    page = chromium.open_page(f"{service.address}/f/counter?unit=T1&lang=km", width=360)
    assert page.evaluate("document.documentElement.lang") == "km"
    assert page.evaluate("document.querySelector('main button[type=submit]').innerHTML") == (
        '<span lang="vi" dir="ltr">Gửi ý kiến</span>'
    )
    page.click("input[name=overall][value='5']")
    page.click("main button[type=submit]", leads_away=True)
    assert [row.language for row in service.stored()] == ["vi"]
