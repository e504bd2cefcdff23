"""Not only intervals of 95 %: those of 50, 90 and 99 % hold what they say; level_coverage.md has more."""

import polars as pl
import pytest

from tests.analysis.simulation.level_coverage import cover_levels
from tests.analysis.simulation.share_coverage import average

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def coverage() -> pl.DataFrame:
    # 100 samples × 3 sizes × 2 designs × 2 shares: 1,200 intervals a level, standard errors of 1.4 to 0.3 points
    return average(
        cover_levels(
            samples=100, seed=3, designs=("random", "both"), shares=(0.5, 0.9), intervals=("wilson",),
            of_index=("wilson", "t"),
        ),
        "confidence",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "low", "high"),
    [(50, 46, 61), (90, 87.5, 95), (95, 93, 98), (99, 98, 100)],
)
@pytest.mark.parametrize("figure", ["share", "index"])
def test_wilson_holds_at_every_level(
    coverage: pl.DataFrame, figure: str, level: int, low: float, high: float
) -> None:
    found = coverage.filter(figure=figure, interval="wilson", confidence=level)["coverage"].item()
    assert low <= found <= high


def test_higher_levels_are_wider(coverage: pl.DataFrame) -> None:
    widths = coverage.filter(figure="index", interval="wilson").sort("confidence")["width"].to_list()
    assert widths == sorted(widths)
    assert len(set(widths)) == 4
