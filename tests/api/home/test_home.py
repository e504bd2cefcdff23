"""The first page leads to every form in use and to the results."""

import re


def test_the_first_page_lists_the_forms_in_use_today_and_leads_to_the_results(client):
    page = client.get("/").text
    assert re.findall(r'href="/f/(\w+)\?lang=vi"', page) == [
        "counter",
        "one_stop",
        "one_stop_enterprise",
        "papi_procedures",
        "portal_poll",
        "sipas",
    ]
    assert 'href="/results?lang=vi"' in page
    for address in re.findall(r'href="(/f/[^"]+)"', page):
        assert client.get(address).status_code == 200


def test_the_first_page_speaks_english_too(client):
    page = client.get("/?lang=en").text
    assert '<html lang="en">' in page
    assert "Forms in use" in page
    assert "1 question. No decision of its own." in page
    assert "Không căn cứ" not in page
