"""One question at a time, without any script: only one is seen, none is lost, back is back."""

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

SHOWN = "[...document.querySelectorAll('.step')].filter(found => found.checkVisibility()).map(found => found.id)"
# The link of that step one can see, among those for every case (survey_forms/pages/steps.py).
NEXT = """
(() => { const links = [...document.querySelectorAll('.step')].find(step => step.checkVisibility())
  .querySelectorAll('.way a.button'); return [...links].filter(link => link.checkVisibility())
  .map(link => link.getAttribute('href')); })()
"""


@pytest.fixture(params=[False, True], ids=["no script", "script"])
def scripts(request) -> bool:
    return request.param


def walk_on(page):
    """Press the one way on that is there; gives the step one comes to."""
    [target] = page.evaluate(NEXT)
    click_seen(page, f"#{page.evaluate(SHOWN)[0]} .way a[href='{target}']")
    assert page.evaluate(SHOWN) == [target[1:]]
    return target[1:]


def click_seen(page, selector):
    """Press the one element that fits ``selector`` and can be seen."""
    found = f"[...document.querySelectorAll({json.dumps(selector)})].find(found => found.checkVisibility())"
    page.evaluate(f"{found}.dataset.press = 1")
    page.click("[data-press]")
    page.evaluate("document.querySelectorAll('[data-press]').forEach(found => delete found.dataset.press)")


def test_one_question_is_seen_at_a_time_and_all_come_in_order(chromium, service, scripts):
    page = chromium.open_page(f"{service.address}/f/one_stop?unit=T1", width=360, scripts=scripts)
    assert page.evaluate(SHOWN) == ["s-start"]
    seen = [walk_on(page) for _ in range(13)]
    assert seen == [
        *(f"s-q{number}" for number in range(1, 10)),
        *("s-overall", "s-trips", "s-comment", "s-end"),
    ]


def test_whoever_did_nothing_is_asked_one_question_of_the_household_module(chromium, service, scripts):
    page = chromium.open_page(f"{service.address}/f/papi_procedures?unit=T1", width=360, scripts=scripts)
    assert walk_on(page) == "s-applied"
    page.click("input[name=applied][value=false]")
    assert walk_on(page) == "s-end"


def test_the_way_follows_each_condition(chromium, service, scripts):
    page = chromium.open_page(f"{service.address}/f/papi_procedures?unit=T1", width=360, scripts=scripts)
    walk_on(page)
    page.click("input[name=applied][value=true]")
    assert [walk_on(page) for _ in range(4)] == ["s-kind", "s-route", "s-intermediary", "s-received"]
    page.click("input[name=received][value=false]")
    assert walk_on(page) == "s-informed"  # not s-days
    assert [walk_on(page) for _ in range(5)][-1] == "s-deadline_told"
    page.click("input[name=deadline_told][value=true]")
    assert walk_on(page) == "s-satisfaction"  # on_time needs received as well
    click_seen(page, "#s-satisfaction .back")
    assert page.evaluate(SHOWN) == ["s-deadline_told"]


def test_the_back_button_of_the_browser_goes_one_question_back_and_keeps_what_was_ticked(
    chromium, service, scripts
):
    page = chromium.open_page(f"{service.address}/f/one_stop?unit=T1", width=360, scripts=scripts)
    walk_on(page)
    page.click("input[name=q1][value='4']")
    walk_on(page)
    page.evaluate("history.back()")
    page.browser.pump(0.3)
    assert page.evaluate(SHOWN) == ["s-q1"]
    assert page.evaluate("document.querySelector('input[name=q1]:checked').value") == "4"


def test_without_a_script_answers_are_read_over_changed_and_sent(chromium, service):
    page = chromium.open_page(f"{service.address}/f/one_stop?unit=T1#s-overall", width=360, scripts=False)
    page.click("input[name=overall][value='2']")
    page.evaluate("location.hash = '#s-end'")
    page.browser.pump(0.2)
    page.click(".to-review", leads_away=True)
    assert "Không hài lòng" in page.evaluate("document.querySelector('.review').innerText")
    assert service.stored() == []
    page.click("button[formaction$='#q-overall']", leads_away=True)
    assert page.evaluate(SHOWN) == ["s-overall"]
    assert page.evaluate("document.querySelector('input[name=overall]:checked').value") == "2"
    page.click("input[name=overall][value='5']")
    page.evaluate("location.hash = '#s-end'")
    page.browser.pump(0.2)
    page.click(".second", leads_away=True)
    assert "/thanks" in page.evaluate("location.href")
    assert [row.answers for row in service.stored()] == [{"overall": 5}]


def test_with_a_script_the_review_stands_on_the_last_step(chromium, service):
    page = chromium.open_page(f"{service.address}/f/one_stop?unit=T1#s-overall", width=360)
    page.click("input[name=overall][value='4']")
    page.evaluate("location.hash = '#s-end'")
    page.browser.pump(0.2)
    lines = page.evaluate(
        "[...document.querySelectorAll('.review dd')].map(found => found.innerText.split('\\n')[0])"
    )
    assert lines.count("Chưa trả lời") == 11
    assert "Hài lòng" in lines
    page.click(".second", leads_away=True)
    assert [row.answers for row in service.stored()] == [{"overall": 4}]


def test_a_mistake_leads_to_its_question_and_on_to_sending(chromium, service):
    page = chromium.open_page(f"{service.address}/f/one_stop?unit=T1#s-comment", width=360, scripts=False)
    page.type("textarea", "Chờ lâu")
    page.evaluate("location.hash = '#s-end'")
    page.browser.pump(0.2)
    page.click(".second", leads_away=True)
    assert page.evaluate("document.activeElement.className") == "trouble"
    page.click(".trouble a")
    assert page.evaluate(SHOWN) == ["s-overall"]
    assert page.evaluate("document.querySelector('textarea').value") == "Chờ lâu"


@pytest.mark.parametrize("form", ["one_stop?", "papi_procedures?", "one_stop?mode=simple&"])
def test_the_keyboard_alone_fills_and_sends(chromium, service, form, scripts):
    page = chromium.open_page(f"{service.address}/f/{form}unit=T1", width=1280, scripts=scripts)
    for _ in range(200):
        focused = page.evaluate("document.activeElement.matches('input[type=radio]:not(:checked)')")
        if focused and page.evaluate("!document.querySelector(`[name=${document.activeElement.name}]:checked`)"):
            page.press(" ")
        here = page.evaluate("document.activeElement.matches('.way a.button, .second')")
        if here:
            leads_away = page.evaluate("document.activeElement.matches('.second')")
            page.press("Enter", leads_away=leads_away)
            if leads_away:
                break
            page.browser.pump(0.1)
        else:
            page.press("Tab")
    assert "/thanks" in page.evaluate("location.href")
    [row] = service.stored()
    assert len(row.answers) >= 1


def test_enter_in_a_field_never_changes_the_language(chromium, service, scripts):
    page = chromium.open_page(
        f"{service.address}/f/one_stop_enterprise?unit=T1#s-hours", width=360, scripts=scripts
    )
    page.type("input[name=hours]", "6")
    page.press("Enter", leads_away=not scripts)
    page.browser.pump(0.3)
    assert page.evaluate("document.documentElement.lang") == "vi"
    assert service.stored() == []


def test_no_cookie_is_set_on_the_way(chromium, service):
    page = chromium.open_page(f"{service.address}/f/counter?unit=T1", width=360)
    page.click("input[name=overall][value='5']")
    page.click("main button[type=submit]", leads_away=True)
    assert "/thanks" in page.evaluate("location.href")
    assert page.send("Network.getAllCookies")["cookies"] == []
