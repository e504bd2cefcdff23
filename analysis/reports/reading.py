"""Reads frames of figures for pictures and tables: what cannot be shown honestly is refused, all together."""

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.errors import ReportError

INTERVAL = ("estimate", "low", "high", "n", "confidence")
DEMONSTRATION = "demonstration data"
_REMEDY = (
    "Đưa nguyên bảng mà hàm ước lượng trả về; không có khoảng tin cậy và n thì không vẽ / Give the frame as the "
    "estimators return it: nothing is drawn without interval and n."
)
_FEWER = "Vẽ từng phần, chẳng hạn từng tỉnh / Draw parts of it, such as province by province."
_NEAR = 1e-9  # of rounding: an estimate on its own limit


def check_figures(
    frame: pl.DataFrame,
    *,
    labels: Sequence[str],
    numbers: Sequence[str] = INTERVAL,
    unique: bool = True,
    most: int | None = None,
) -> None:
    """ReportError for columns missing or not numbers, no rows, rows repeated, figures without n or outside their
    limits, several confidences, more than ``most`` rows. METHODS 21.1."""
    if not isinstance(frame, pl.DataFrame):
        raise ReportError(
            [f"the frame is a {type(frame).__name__}, a Polars DataFrame is needed"],
            "Gọi .collect() trước nếu là LazyFrame / Collect a LazyFrame before.",
        )
    problems = [f"column {c!r} is missing" for c in (*labels, *numbers) if c not in frame.columns]
    problems += [
        f"column {c!r} is {frame[c].dtype}, a number is needed"
        for c in numbers
        if c in frame.columns and not (frame[c].dtype.is_numeric() or frame[c].dtype == pl.Null)
    ]
    if not frame.height:
        problems.append("0 rows")
    if not problems:
        problems += _row_problems(frame, labels, numbers, unique)
        if most is not None and frame.height > most:
            problems.append(f"{frame.height} rows, {most} at most can be read on one picture")
            if len(problems) == 1:
                raise ReportError(problems, _FEWER)
    if problems:
        raise ReportError(problems, _REMEDY)


def _row_problems(frame: pl.DataFrame, labels: Sequence[str], numbers: Sequence[str], unique: bool) -> list[str]:
    problems = [f"column {c!r} is null in {nulls} rows" for c in labels if (nulls := frame[c].null_count())]
    doubles = frame.height - frame.select(labels).unique().height
    if unique and doubles:
        problems.append(f"{doubles} rows repeat {', '.join(labels)}")
    if {"low", "high"} <= set(numbers):
        turned = frame.filter(pl.col("low") > pl.col("high")).height
        alone = frame.filter(pl.col("low").is_null() != pl.col("high").is_null()).height
        problems += [f"low is above high in {turned} rows"] if turned else []
        problems += [f"one limit without the other in {alone} rows"] if alone else []
        if "estimate" in numbers:
            shown, low, high = (pl.col(c).cast(pl.Float64) for c in ("estimate", "low", "high"))
            room = _NEAR * (1 + shown.abs())
            outside = frame.filter((low <= high) & ((shown < low - room) | (shown > high + room))).height
            problems += [f"estimate is outside low to high in {outside} rows"] if outside else []
    if {"estimate", "n"} <= set(numbers):
        # a model may speak of an area nobody answered in, and says so
        is_modelled = pl.Series(flag(frame, "modelled"))
        bare = frame.filter(
            pl.col("estimate").is_not_null() & ~(pl.col("n") > 0).fill_null(False) & ~is_modelled
        ).height
        problems += [f"column 'n' is null or 0 in {bare} rows that have a figure"] if bare else []
    for c in numbers:
        if frame[c].dtype.is_float() and (odd := frame.filter(~pl.col(c).is_finite()).height):
            problems.append(f"column {c!r} is not a finite number in {odd} rows")
    if "confidence" in numbers:
        levels = frame["confidence"].drop_nulls().unique().sort().to_list()
        if len(levels) != 1:
            problems.append(f"column 'confidence' holds {levels}, one level is needed")
    return problems


def read_confidence(frame: pl.DataFrame, column: str = "confidence") -> float:
    """The one confidence of all rows. METHODS 21.1."""
    return float(frame[column].drop_nulls()[0])


def flag(frame: pl.DataFrame, column: str) -> list[bool]:
    """A Boolean column of the frame; false everywhere where there is none. METHODS 21.1."""
    if column not in frame.columns:
        return [False] * frame.height
    return [bool(value) for value in frame[column].fill_null(False)]


def is_demonstration(frame: pl.DataFrame) -> bool:
    """Whether a note says that figures are invented. METHODS 21.1."""
    return "note" in frame.columns and bool(
        frame["note"].cast(pl.String).str.contains(DEMONSTRATION, literal=True).any()
    )


def refuse_choice(name: str, value: object, known: Mapping[str, object] | Sequence[str]) -> None:
    """ReportError for a choice that is not known. METHODS 21.1."""
    if value not in known:
        raise ReportError(
            [f"{name} is {value!r}, known: {', '.join(known)}"], "Chọn một trong số đó / Choose one."
        )
