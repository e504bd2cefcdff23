"""The first page is small with everything that comes with it, and comes from here only."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

BYTES_MAX = 30_000


@pytest.mark.parametrize("display", ["", "&mode=simple", "&lang=en&contrast=high"])
@pytest.mark.parametrize(
    "form", ["counter", "one_stop", "one_stop_enterprise", "papi_procedures", "portal_poll", "sipas"]
)
def test_the_first_page_with_style_script_and_picture_stays_below_30_kB(chromium, service, form, display):
    page = chromium.open_page(f"{service.address}/f/{form}?unit=T1{display}", width=360)
    assert {request.url.split("?")[0].rsplit("/", 1)[1] for request in page.requests} == {
        form, "form.js", "form.svg",
    }  # fmt: skip
    assert page.origins() == {service.address}
    assert page.bytes < BYTES_MAX
    assert page.errors == []
