"""Frames of invented figures, as the estimators return them."""

from datetime import date, timedelta

import polars as pl

from analysis.monitoring import watch_units
from analysis.ranking import Ranking, rank_units

UNITS = ("Phường Nghĩa Đô", "Xã Thượng Đức", "Xã Ứng Hoà", "Đặc khu Lý Sơn")


def make_units(**columns: object) -> pl.DataFrame:
    """Four units; n_effective 100, so that standard errors are sqrt(p·(100-p)/100)."""
    estimates = [95.0, 83.94, 80.0, 60.0]
    frame = pl.DataFrame({"unit": UNITS, "estimate": estimates, "n": [1310, 150, 140, 12]})
    error = (pl.col("estimate") * (100 - pl.col("estimate")) / 100).sqrt()
    return frame.with_columns(
        error.alias("standard_error"),
        (pl.col("estimate") - 2 * error).alias("low"),
        (pl.col("estimate") + 2 * error).clip(upper_bound=100).alias("high"),
        pl.lit(100.0).alias("n_effective"),
        pl.lit(0.95).alias("confidence"),
    ).with_columns(**{name: pl.Series(values) for name, values in columns.items()})  # type: ignore[arg-type]


def make_ranking(*, joint: bool = True) -> Ranking:
    return rank_units(make_units(), unit="unit", joint=joint)


def make_years() -> pl.DataFrame:
    estimates = [85.48, 87.16, 80.08, 82.66, 83.94, 83.2]
    return pl.DataFrame({"year": [2020, 2021, 2022, 2023, 2025, 2026], "estimate": estimates}).with_columns(
        low=pl.col("estimate") - 0.5, high=pl.col("estimate") + 0.5, n=pl.lit(35_000), confidence=0.95
    )


def make_parts() -> pl.DataFrame:
    shares = {"Thái độ": [0.05, 0.1, 0.2, 0.4, 0.25], "Thời gian chờ": [0.2, 0.2, 0.2, 0.2, 0.2]}
    rows = [(item, level, share) for item, parts in shares.items() for level, share in enumerate(parts, start=1)]
    return pl.DataFrame(rows, schema=["item", "level", "estimate"], orient="row").with_columns(
        low=pl.col("estimate") - 0.03, high=pl.col("estimate") + 0.03, n=pl.lit(812), confidence=0.95
    )


def make_satisfied() -> pl.DataFrame:
    return pl.DataFrame(
        {"item": ["Thái độ", "Thời gian chờ"], "estimate": [0.65, 0.4], "low": [0.62, 0.37], "high": [0.68, 0.43]}
    )


def make_importance() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "aspect": ["Thời gian chờ", "Thái độ"],
            "n": [800, 800],
            "confidence": [0.95, 0.95],
            "importance": [0.5, 0.1],
            "importance_low": [0.4, 0.0],
            "importance_high": [0.6, 0.2],
            "importance_centre": [0.3, 0.3],
            "performance": [60.0, 84.0],
            "performance_low": [57.0, 81.0],
            "performance_high": [63.0, 87.0],
            "performance_centre": [72.0, 72.0],
            "quadrant": ["improve", None],
        }
    )


def make_watch() -> pl.DataFrame:
    """Unit A keeps its baseline, B loses everybody's satisfaction from the first day."""
    days = [date(2026, 11, 1) + timedelta(days=k // 4) for k in range(80)]
    stream = pl.DataFrame({"unit": ["A", "B"] * 40, "day": days, "y": [100.0, 0.0] * 40})
    return watch_units(stream, unit="unit", day="day", value="y", baseline=80.0)


LABELS = {
    1: "rất không hài lòng",
    2: "không hài lòng",
    3: "bình thường",
    4: "hài lòng",
    5: "rất hài lòng",
}
