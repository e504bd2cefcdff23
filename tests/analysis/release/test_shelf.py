from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from analysis.release.reading import open_release
from analysis.release.shelf import open_shelf
from tests.releasing import make_index, make_release


def test_shelf_holds_the_released_rows_in_their_order_and_types(tmp_path: Path):
    rows = [make_index(unit=f"{number:03}", unit_name="=1+1", estimate=80.0 + number / 7) for number in range(50)]
    make_release(tmp_path / "exports", rows)
    release = open_release(tmp_path / "exports", "2026-10")
    assert_frame_equal(open_shelf(release, tmp_path / "shelf").collect(), release.indices)


def test_shelf_is_copied_once_per_revision(tmp_path: Path):
    for revision in (1, 2):
        make_release(tmp_path / "exports", [make_index(estimate=80.0 + revision)], revision=revision)
        release = open_release(tmp_path / "exports", "2026-10", revision)
        for _ in range(2):
            shelved = open_shelf(release, tmp_path / "shelf").filter(pl.col("level") == "overall").collect()
            assert shelved["estimate"].to_list() == [80.0 + revision]
    assert len(list((tmp_path / "shelf").iterdir())) == 2


def test_without_a_place_to_write_the_released_file_itself_is_read(tmp_path: Path):
    make_release(tmp_path / "exports", [make_index(estimate=80.0)])
    (tmp_path / "shelf").write_text("a file where the folder should be")
    release = open_release(tmp_path / "exports", "2026-10")
    assert_frame_equal(open_shelf(release, tmp_path / "shelf").collect(), release.indices)
