"""With a script: what was typed outlives a closed tab and a lost line, and is gone after the thanks."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

KEPT = "Object.keys(localStorage).filter(key => key.startsWith('hailong.kept.')).length"
SEND = "main button[type=submit]"


def open_counter(chromium, service, **more):
    return chromium.open_page(f"{service.address}/f/counter?unit=T1", width=360, **more)


def wait_until(page, expression, seconds=20):
    page.browser.pump_until(lambda: page.evaluate(expression), seconds, expression)


def test_a_closed_tab_loses_nothing_and_the_thanks_leave_nothing(chromium, service):
    first = open_counter(chromium, service)
    first.click("input[name=overall][value='2']")
    first.click("input[name=reasons][value=late]")
    first.type("textarea", "Chờ 👍 lâu")
    first.browser.pump(0.6)
    id = first.evaluate("document.querySelector('[name=_id]').value")
    second = open_counter(chromium, service, beside=first)
    first.send("Page.close")
    assert second.evaluate("document.querySelector('textarea').value") == "Chờ 👍 lâu"
    assert second.evaluate("document.querySelector('[name=reasons][value=late]').checked")
    assert second.evaluate("document.querySelector('[name=_id]').value") == id
    assert "Đã mở lại phiếu đang điền dở" in second.evaluate("document.querySelector('#told').innerText")
    second.click(SEND, leads_away=True)
    assert "/thanks" in second.evaluate("location.href")
    assert second.evaluate(KEPT) == 0
    assert [str(row.id) for row in service.stored()] == [id]


def test_a_lost_line_is_said_in_words_and_sent_by_itself_when_it_is_back(chromium, service):
    page = open_counter(chromium, service)
    page.click("input[name=overall][value='4']")
    page.type("textarea", "dòng một\ndòng hai")
    page.go_offline()
    page.click(SEND)
    wait_until(page, "document.querySelector('#told').innerText.includes('CHƯA gửi được')")
    assert page.evaluate(KEPT) == 1
    loads = page._loads
    page.go_offline(False)
    page.wait_for_load(loads)
    assert "/thanks" in page.evaluate("location.href")
    assert len(service.stored()) == 1
    assert page.evaluate(KEPT) == 0


def test_a_reply_that_was_lost_does_not_store_twice(chromium, service):
    page = open_counter(chromium, service)
    page.click("input[name=overall][value='4']")
    page.type("textarea", "dòng một\ndòng hai")
    # Sent whole, and the reply never seen; then sent again by the page's own script.
    page.evaluate("fetch('/f/counter', {method: 'POST', body: new URLSearchParams(new FormData(form))})")
    page.click(SEND, leads_away=True)
    assert "/thanks" in page.evaluate("location.href")
    assert len(service.stored()) == 1


def test_a_form_sent_without_a_line_is_sent_when_the_person_comes_back(chromium, service):
    first = open_counter(chromium, service)
    first.click("input[name=overall][value='3']")
    first.go_offline()
    first.click(SEND)
    wait_until(first, "document.querySelector('#told').innerText.includes('CHƯA gửi được')")
    second = open_counter(chromium, service, beside=first)
    wait_until(second, "document.querySelector('#told').innerText.includes('vừa được gửi xong')")
    assert len(service.stored()) == 1
    assert second.evaluate(KEPT) == 0


def test_what_was_filled_in_can_be_erased_and_brought_back(chromium, service):
    first = open_counter(chromium, service)
    first.click("input[name=overall][value='3']")
    page = open_counter(chromium, service, beside=first)
    page.click("#told button")
    assert page.evaluate(KEPT) == 0
    assert page.evaluate("document.querySelector('[name=overall]:checked')") is None
    page.click("#told button")
    assert page.evaluate("document.querySelector('[name=overall]:checked').value") == "3"


def test_a_shared_device_keeps_nothing(chromium, service):
    page = chromium.open_page(f"{service.address}/f/counter?unit=T1&shared=1", width=360)
    page.click("input[name=overall][value='3']")
    page.browser.pump(0.6)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert "không giữ gì" in page.evaluate("document.querySelector('#told').innerText")


@pytest.mark.parametrize(
    ("hours", "is_back"), [pytest.param(1.9, True, id="less"), pytest.param(2.1, False, id="more")]
)
def test_what_is_older_than_two_hours_is_forgotten(chromium, service, hours, is_back):
    first = open_counter(chromium, service)
    first.click("input[name=overall][value='3']")
    wait_until(first, f"{KEPT} === 1")
    first.go(f"{service.address}/privacy")  # the same origin, without the script that keeps
    first.evaluate(
        "for (const key in localStorage) if (key.startsWith('hailong.kept.')) {"
        f"const kept = JSON.parse(localStorage[key]); kept.at -= {hours} * 3600e3;"
        "localStorage[key] = JSON.stringify(kept) } 0"
    )
    second = open_counter(chromium, service, beside=first)
    assert second.evaluate("!!document.querySelector('[name=overall]:checked')") is is_back
    assert second.evaluate(KEPT) == int(is_back)


def test_the_language_changes_in_the_middle_and_nothing_is_lost(chromium, service):
    page = chromium.open_page(f"{service.address}/f/one_stop?unit=T1#s-q2", width=360)
    page.click("input[name=q2][value='5']")
    page.click("button[value='lang.en']", leads_away=True)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.querySelector('.step.here').id") == "s-q2"
    assert page.evaluate("document.querySelector('[name=q2]:checked').value") == "5"
