import pytest

from api.results.numbers import write_count, write_interval, write_month, write_percent, write_points


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (write_points("83.94", "vi", unit="%"), "83,94\u00a0%"),
        (write_points("83.94", "en", unit="%"), "83.94%"),
        (write_points("83.94", "vi", unit=""), "83,94"),
        (write_interval("81.20", "86.31", "vi"), "81,20–86,31"),
        (write_count(1_234_567, "vi"), "1.234.567"),
        (write_count(1_234_567, "en"), "1,234,567"),
        (write_percent(4.25, "vi"), "4,3\u00a0%"),
        (write_percent(95.0, "en", decimals=0), "95%"),
        (write_month("2026-10", "vi"), "tháng 10/2026"),
        (write_month("2026-01", "en"), "January 2026"),
    ],
)
def test_numbers_are_written_as_in_each_language(written: str, expected: str):
    assert written == expected
