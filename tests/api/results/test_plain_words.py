"""What the page says to people who never saw a confidence interval, and to those who look for their own unit."""

from pathlib import Path

from fastapi.testclient import TestClient

from tests.api.results.pages import make_units, read_names, read_text
from tests.releasing import make_index, make_release, make_suppressed

ONE_STOP = {"form": "one_stop", "version": "2026.1", "code": "index"}


def test_the_figure_and_its_interval_are_said_in_plain_words(site: TestClient, exports: Path):
    make_release(exports, make_units())
    text = read_text(site.get("/results/2026-10/counter").text)
    assert "cứ 100 lượt làm thủ tục thì khoảng 84 lượt người dân hài lòng (chọn mức 4 trở lên)" in text
    assert "nhiều khả năng nằm giữa 82,00 và 85,50" in text
    assert "cứ 100 khoảng như vậy có chừng 95 khoảng chứa giá trị thật" in text


def test_an_index_of_several_items_is_not_called_people(site: TestClient, exports: Path):
    make_release(
        exports, [make_index(**ONE_STOP, estimate=83.94), make_index(**ONE_STOP, unit="u1", estimate=80.0)]
    )
    assert "averaged over the items" in read_text(site.get("/results/2026-10/one_stop?lang=en").text)


def test_without_transactions_the_words_speak_of_those_who_answered(site: TestClient, exports: Path):
    method = "satisfied share (levels ≥ 4); unweighted: no transactions; wilson"
    make_release(exports, [row | {"method": method} for row in make_units()])
    text = read_text(site.get("/results/2026-10/counter?lang=en").text)
    assert "of every 100 who answered, about 84 were satisfied" in text


def test_of_a_withheld_figure_nothing_is_said(site: TestClient, exports: Path):
    make_release(exports, [make_suppressed(), make_suppressed(unit="u1", unit_name="Xã Một")])
    page = site.get("/results/2026-10/counter").text
    assert 'class="lead"' not in page
    assert "Chưa đủ phiếu để công bố." in read_text(page)


def test_another_month_keeps_what_was_chosen(site: TestClient, exports: Path):
    for month in ("2026-09", "2026-10"):
        make_release(exports, make_units(), month=month)
    page = site.get("/results/2026-10/counter?by=procedure&unit=u1&sort=-n").text
    assert 'href="/results/2026-09/counter?by=procedure&amp;unit=u1"' in page
    assert "<title>Phường Đông Ngạc – " in page


def test_cells_with_figures_stand_before_withheld_ones_and_are_counted(site: TestClient, exports: Path):
    unit = {"unit": "u1", "unit_name": "Phường Đông Ngạc"}
    withheld = [
        make_suppressed(**unit, procedure=f"p{number}", procedure_name=f"A {number}") for number in range(2, 5)
    ]
    make_release(exports, [*make_units(), *withheld])
    page = site.get("/results/2026-10/counter?by=procedure&unit=u1").text
    assert read_names(page) == ["Khai sinh", "A 2", "A 3", "A 4"]
    assert "Số dòng: 4. 1 dòng có số liệu để công bố." in read_text(page)


def test_items_are_not_given_the_response_rate_of_their_unit(site: TestClient, exports: Path):
    items = [
        make_index(**ONE_STOP | {"level": "item", "code": f"q{number}"}, estimate=80.0) for number in (1, 2, 3)
    ]
    make_release(exports, [make_index(**ONE_STOP, estimate=83.94), *items])
    assert "Tỷ lệ trả lời" not in site.get("/results/2026-10/one_stop?by=item").text


def test_both_intervals_are_named_where_items_stand_beside_what_joins_them(site: TestClient, exports: Path):
    item = ONE_STOP | {"level": "item", "code": "q1", "method": "satisfied share (levels ≥ 4); wilson; 95 %"}
    whole = ONE_STOP | {"method": "satisfied share (levels ≥ 4); korn-graubard; 95 %"}
    make_release(exports, [make_index(**whole, estimate=83.0), make_index(**item, estimate=80.0)])
    of_items = read_text(site.get("/results/2026-10/one_stop?by=item&lang=en").text)
    assert "Wilson on the effective sample size (a single item) or Korn-Graubard" in of_items
    assert "Wilson" not in read_text(site.get("/results/2026-10/one_stop?lang=en").text)
