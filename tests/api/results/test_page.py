"""The page as served: what it says, where it leads, what it costs. Only released files are read."""

import csv
import gzip
import html
import re
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.results.pages import make_units, read_names, read_text
from tests.releasing import make_index, make_release


def test_results_lead_to_the_newest_month_and_its_first_form(site: TestClient, exports: Path):
    make_release(exports, make_units(), month="2026-09")
    make_release(exports, make_units(), month="2026-10")
    reply = site.get("/results?lang=en", follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (307, "/results/2026-10/counter?lang=en")


def test_page_says_form_month_figure_interval_and_number_in_vietnamese(site: TestClient, exports: Path):
    make_release(exports, make_units())
    text = read_text(site.get("/results/2026-10/counter").text)
    for said in (
        "Phiếu counter Tháng 10/2026",
        "83,94 % khoảng tin cậy 95 %: 82,00–85,50 1.033 phiếu trả lời trên 12.000 giao dịch (tỷ lệ trả lời 8,6 %)",
        "Mỗi mục là tỷ lệ (%) câu trả lời từ mức 4 trở lên.",
        "Trọng số: mỗi phiếu đại diện cho số giao dịch hoàn thành",
        "Khoảng tin cậy 95 %: Wilson",
    ):
        assert said in text


def test_page_says_the_same_in_english(site: TestClient, exports: Path):
    make_release(exports, make_units())
    reply = site.get("/results/2026-10/counter?lang=en")
    text = read_text(reply.text)
    assert "Form counter October 2026" in text
    assert "83.94% 95% confidence interval: 82.00–85.50 1,033 responses" in text
    assert reply.headers["content-language"] == "en"
    assert '<html lang="en">' in reply.text


def test_units_stand_by_name_in_vietnamese_order(site: TestClient, exports: Path):
    make_release(exports, make_units())
    assert read_names(site.get("/results/2026-10/counter").text) == [
        "Phường Ba Đình",
        "Phường Đa Kao",
        "Phường Đông Ngạc",
        "Phường Láng",
        "Phường Xa",
    ]


def test_withheld_and_silent_units_are_shown_with_the_reason(site: TestClient, exports: Path):
    make_release(exports, make_units())
    text = read_text(site.get("/results/2026-10/counter").text)
    assert "Phường Láng u4 theo thủ tục ít phiếu" in text
    assert "Phường Xa u5 theo thủ tục chưa có phiếu" in text
    assert "ít hơn ngưỡng công bố (10 phiếu)" in text
    assert "Im lặng không được tính là hài lòng." in text


def test_units_are_told_apart_only_beyond_noise(site: TestClient, exports: Path):
    make_release(exports, make_units())
    page = site.get("/results/2026-10/counter").text
    marks = re.findall(r'<td role="cell" class="mark (\w+)">', page)
    assert marks == ["lower", "unclear", "higher", "none", "none"]  # 66–74, 80–88, 86–94 against 83.935
    assert "Không xếp hạng." in read_text(page)


def test_order_by_result_is_not_a_ranking(site: TestClient, exports: Path):
    make_release(exports, make_units())
    page = site.get("/results/2026-10/counter?sort=-estimate").text
    assert read_names(page)[:3] == ["Phường Đông Ngạc", "Phường Đa Kao", "Phường Ba Đình"]
    assert "đừng đọc thứ tự này như bảng xếp hạng" in read_text(page)
    assert re.findall(r'class="(\w+)" aria-sort="(\w+)"', page) == [("estimate", "descending")]


def test_every_interval_is_drawn_with_the_reference(site: TestClient, exports: Path):
    make_release(exports, make_units())
    page = site.get("/results/2026-10/counter").text
    table = page[page.index("<tbody") : page.index("</tbody")]
    assert (table.count("<svg"), table.count('class="reference"')) == (3, 3)
    assert len(set(re.findall(r'class="reference" x1="([\d.]+%)"', table))) == 1


def test_one_unit_is_shown_by_procedure_against_itself(site: TestClient, exports: Path):
    make_release(exports, make_units())
    page = site.get("/results/2026-10/counter?by=procedure&unit=u1").text
    text = read_text(page)
    assert read_names(page) == ["Khai sinh"]
    assert "theo thủ tục tại Phường Đông Ngạc" in text
    assert "Vạch đứng nét đứt là mức của đơn vị (90,00 %)" in text


def test_pooled_and_mean_of_units_stand_side_by_side(site: TestClient, exports: Path):
    mean = make_index(
        estimate=81.5, transactions=None, aggregate="mean_of_units", method="mean of units: satisfied share"
    )
    make_release(exports, [*make_units(), mean])
    text = read_text(site.get("/results/2026-10/counter").text)
    assert re.search(r"Số gộp: .* 83,94 % .* Trung bình các đơn vị: .* 81,50 %", text)


def test_demonstration_and_unrepresentative_figures_are_labelled(site: TestClient, exports: Path):
    make_release(exports, make_units(), is_demonstration=True, not_representative=["counter"])
    text = read_text(site.get("/results/2026-10/counter").text)
    assert "SỐ LIỆU TRÌNH DIỄN." in text
    assert "KHÔNG ĐẠI DIỆN." in text


def test_real_figures_carry_no_label(site: TestClient, exports: Path):
    make_release(exports, make_units())
    assert 'class="banner"' not in site.get("/results/2026-10/counter").text


def test_method_does_not_claim_weights_that_were_not_used(site: TestClient, exports: Path):
    rows = [
        row | {"method": "satisfied share (levels ≥ 4); unweighted: no transactions; wilson"}
        for row in make_units()
    ]
    make_release(exports, rows)
    text = read_text(site.get("/results/2026-10/counter").text)
    assert "mỗi phiếu tính như nhau" in text
    assert "mỗi phiếu đại diện cho số giao dịch" not in text


def test_notes_of_the_data_are_told_in_one_language_with_their_rows(site: TestClient, exports: Path):
    rows = make_units()
    rows[1]["note"] = "có ô được gộp / some cells joined"
    make_release(exports, rows)
    assert "some cells joined (Phường Đông Ngạc)" in read_text(site.get("/results/2026-10/counter?lang=en").text)
    assert "có ô được gộp (Phường Đông Ngạc)" in read_text(site.get("/results/2026-10/counter").text)


def test_the_newest_revision_is_shown(site: TestClient, exports: Path):
    make_release(exports, make_units())
    make_release(exports, [make_index(estimate=50.0)], revision=2)
    text = read_text(site.get("/results/2026-10/counter").text)
    assert "50,00 %" in text
    assert "Bản công bố r2" in text


def test_a_form_the_catalogue_does_not_know_is_still_shown(site: TestClient, exports: Path):
    make_release(exports, make_units(form="old_sheet", version="2012.1"))
    assert "Phiếu old_sheet" in read_text(site.get("/results/2026-10/old_sheet").text)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/results/2026-01/counter", "Tháng này chưa được công bố"),
        ("/results/2026-10/sipas", "Tháng này không có phiếu ấy"),
        ("/results/..%2F..%2Fetc/counter", "chưa được công bố"),
        ("/results/2026-10/counter?by=procedure&unit=zz", "Không có đơn vị hoặc thủ tục ấy"),
        ("/results/2026-10/counter?procedure=zz", "Không có đơn vị hoặc thủ tục ấy"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(site: TestClient, exports: Path, path: str, said: str):
    make_release(exports, make_units())
    reply = site.get(path)
    assert reply.status_code == 404
    if "%2F" not in path:
        assert said in read_text(reply.text)
        assert "/results/2026-10/counter" in reply.text


def test_before_the_first_release_the_page_says_how_to_make_one(site: TestClient):
    reply = site.get("/results")
    assert reply.status_code == 200
    assert "hailong export --month" in reply.text


@pytest.mark.parametrize(
    "query",
    [
        "by=zz&sort=zz&page=-1&lang=fr",
        "page=999999999999",
        "q=%00%F0%9F%98%80",
        "index=zz:zz",
        "version=9",
        f"q={'a' * 5000}",
    ],
)
def test_a_strange_address_still_gives_a_page(site: TestClient, exports: Path, query: str):
    make_release(exports, make_units())
    assert site.get(f"/results/2026-10/counter?{query}").status_code == 200


def test_names_from_the_data_cannot_become_markup(site: TestClient, exports: Path):
    make_release(
        exports, [make_index(estimate=80.0), make_index(unit="u1", unit_name="<script>x</script>", estimate=80.0)]
    )
    page = site.get("/results/2026-10/counter?q=%3Cscript%3E").text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_page_sets_no_cookie_and_names_no_other_place(site: TestClient, exports: Path):
    make_release(exports, make_units())
    reply = site.get("/results/2026-10/counter")
    assert "set-cookie" not in reply.headers
    assert re.findall(r'(?:href|src|action)="(?!/|#|\?)([^"]*)"', reply.text) == []
    assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["u1", "u2", "u3", "u4", "u5"]),
        ("?procedure=p1", ["u1"]),
        ("?by=procedure&unit=u1", ["u1"]),
        ("?by=procedure", [""]),
    ],
)
def test_the_table_can_be_downloaded_as_it_is_seen(site: TestClient, exports: Path, query: str, codes: list[str]):
    make_release(exports, make_units())
    page = site.get(f"/results/2026-10/counter{query}").text
    address = html.unescape(re.findall(r'href="(/api/v1/indices[^"]*)"', page)[0])
    reply = site.get(address)
    assert reply.status_code == 200
    assert [row["unit"] for row in csv.DictReader(reply.text.splitlines())] == codes


def test_every_view_opens_in_both_languages(site: TestClient, exports: Path):
    rows = [
        make_index(form="one_stop", level=level, code=code, unit=unit, unit_name=unit, estimate=80.0)
        for level, code in (("overall", "overall"), ("item", "q1"), ("item", "q2"))
        for unit in (None, "u1")
    ]
    make_release(exports, [*rows, make_index(form="one_stop", channel="kiosk", estimate=80.0)])
    for by in ("unit", "procedure", "channel", "item", "province"):
        for lang in ("vi", "en"):
            for sort in ("", "-estimate", "estimate", "-n", "n", "-rate", "rate", "-name", "name"):
                reply = site.get(f"/results/2026-10/one_stop?by={by}&lang={lang}&sort={sort}")
                assert reply.status_code == 200, (by, lang, sort)


def test_every_commune_of_the_country_fits_in_pages(site: TestClient, exports: Path):
    units = [make_index(unit=f"{code:05}", unit_name=f"Xã {code}", estimate=80.0) for code in range(3321)]
    make_release(exports, [make_index(estimate=80.0), *units])
    site.get("/results/2026-10/counter")  # the first reader waits for the file
    begun = time.perf_counter()
    reply = site.get("/results/2026-10/counter?page=17")
    seconds = time.perf_counter() - begun
    assert read_names(reply.text)[-1] == "Xã 3320"
    assert len(read_names(reply.text)) == 121  # 3321 − 16 × 200
    assert "Dòng 3.201–3.321 trong 3.321." in read_text(reply.text)
    assert len(gzip.compress(site.get("/results/2026-10/counter").content)) < 30_000
    assert seconds < 2  # 0.07 s on two shared cores
