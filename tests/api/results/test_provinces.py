"""Units of one province, and provinces side by side."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.results.pages import make_units, read_names, read_text
from tests.releasing import make_index, make_release


def test_provinces_have_a_view_of_their_own(site: TestClient, exports: Path):
    province = make_index(unit="01", unit_name="Thành phố Hà Nội", estimate=82.0, aggregate="province")
    make_release(exports, [*make_units(), province])
    assert "Thành phố Hà Nội" not in read_names(site.get("/results/2026-10/counter").text)
    assert read_names(site.get("/results/2026-10/counter?by=province").text) == ["Thành phố Hà Nội"]


@pytest.fixture
def two_provinces(exports: Path) -> None:
    province = {"aggregate": "province", "response_rate": 5.0}
    rows = [
        *make_units(),
        make_index(unit="01", unit_name="Thành phố Hà Nội", estimate=75.0, **province),
        make_index(unit="79", unit_name="Thành phố Hồ Chí Minh", estimate=88.0, **province),
    ]
    hanoi, saigon = ("01", "Thành phố Hà Nội"), ("79", "Thành phố Hồ Chí Minh")
    make_release(
        exports, rows, units={"01": hanoi, "79": saigon, "u1": hanoi, "u2": saigon, "u3": hanoi, "u5": saigon}
    )


@pytest.mark.usefixtures("two_provinces")
def test_the_units_of_one_province_are_compared_with_it(site: TestClient):
    page = site.get("/results/2026-10/counter?province=01").text
    assert read_names(page) == ["Phường Ba Đình", "Phường Đông Ngạc"]
    text = read_text(page)
    assert "theo đơn vị, Thành phố Hà Nội" in text
    assert re.search(r"Thành phố Hà Nội 75,00 % .*khoảng tin cậy", text)
    assert "Vạch đứng nét đứt là mức của Thành phố Hà Nội (75,00 %)" in text


@pytest.mark.usefixtures("two_provinces")
def test_provinces_lead_to_their_units_and_units_name_their_province(site: TestClient):
    provinces = site.get("/results/2026-10/counter?by=province").text
    assert 'href="/results/2026-10/counter?province=79"' in provinces
    every = site.get("/results/2026-10/counter").text
    assert '<option value="79">Thành phố Hồ Chí Minh</option>' in every
    assert "Phường Đa Kao u2 Thành phố Hồ Chí Minh" in read_text(every)


@pytest.mark.usefixtures("two_provinces")
def test_procedure_within_a_province_keeps_the_procedure_as_reference(site: TestClient):
    page = site.get("/results/2026-10/counter?province=01&procedure=p1").text
    assert read_names(page) == ["Phường Đông Ngạc"]
    assert "mức chung của thủ tục (85,00 %)" in read_text(page)


def test_one_province_alone_is_no_choice(site: TestClient, exports: Path):
    make_release(exports, make_units(), units={"u1": ("01", "Thành phố Hà Nội")})
    assert 'name="province"' not in site.get("/results/2026-10/counter").text


def test_unknown_province_is_404(site: TestClient, exports: Path):
    make_release(exports, make_units(), units={"u1": ("01", "Thành phố Hà Nội")})
    assert site.get("/results/2026-10/counter?province=99").status_code == 404
