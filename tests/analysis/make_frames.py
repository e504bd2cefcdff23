"""Plain factories for the frames that enter ``compute_indices``; every argument has a default."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from analysis.frames import PROCEDURES, RESPONSES, TRANSACTIONS, UNITS
from survey_forms.columns import answer_columns
from survey_forms.form import Form
from survey_forms.loader import load_catalogue

MONTH = "2026-10"
_KINDS = {
    "level": pl.Int8,
    "boolean": pl.Boolean,
    "option": pl.String,
    "number": pl.Float64,
    "date": pl.Date,
    "missing": pl.String,
}
_DEFAULTS = {
    "response_id": "r",
    "month": MONTH,
    "local_day": date(2026, 10, 5),
    "unit_filed": "A",
    "procedure": "1.000001",
    "channel": "kiosk",
    "selection": "census",
    "language": "vi",
    "is_clock_doubted": False,
    "is_demo": False,
    "completeness": "complete",
    "is_assisted": False,
}


def one_stop() -> Form:
    return load_catalogue().get("one_stop", "2026.1")


def make_responses(rows: Sequence[Mapping[str, object]], form: Form) -> pl.LazyFrame:
    """One response per mapping; columns of ``frames.RESPONSES`` and the answer columns of ``form``."""
    schema = {name: column.dtype for name, column in RESPONSES.items()}
    schema |= {column.name: _KINDS[column.kind] for column in answer_columns(form) if column.kind in _KINDS}
    full = [{**_DEFAULTS, "response_id": f"r{number}", **row} for number, row in enumerate(rows)]
    return pl.DataFrame({name: [row.get(name) for row in full] for name in schema}, schema=schema).lazy()


def draw_responses(rows: int) -> pl.DataFrame:
    """One-stop responses of twelve units and five procedures of very different size; some answers are missing."""
    drawn = pl.DataFrame({"row": range(rows)}).with_columns(
        u=(pl.col("row").hash(1) % 1000 / 1000) ** 2, p=(pl.col("row").hash(2) % 1000 / 1000) ** 2
    )
    items = [f"q{item}" for item in range(1, 10)] + ["overall"]
    answers = {
        item: pl.when(pl.col("row").hash(10 + at) % 7 > 0).then(pl.col("row").hash(30 + at) % 5 + 1).cast(pl.Int8)
        for at, item in enumerate(items)
    }
    fixed = {
        "response_id": pl.col("row").cast(pl.String),
        "month": pl.lit(MONTH),
        "local_day": pl.date(2026, 10, 5),
        "unit_filed": pl.format("{}", (pl.col("u") * 12).floor().cast(pl.Int64)),
        "procedure": pl.when(pl.col("row") % 50 > 0).then(
            pl.format("p{}", (pl.col("p") * 5).floor().cast(pl.Int64))
        ),
        "channel": pl.when(pl.col("row") % 90 == 0).then(pl.lit("phone")).otherwise(pl.lit("kiosk")),
        "selection": pl.lit("self_selected"),
        "language": pl.lit("vi"),
        "is_clock_doubted": pl.lit(False),
        "is_demo": pl.lit(False),
        "completeness": pl.lit("complete"),
        "is_assisted": pl.lit(False),
    }
    absent = {name: pl.lit(None, column.dtype) for name, column in RESPONSES.items() if name not in fixed}
    made = drawn.with_columns(**fixed, **absent, **answers)
    return made.select(*(pl.col(name).cast(column.dtype) for name, column in RESPONSES.items()), *items)


def make_transactions(counts: Mapping[tuple[str, str], int], month: str = MONTH) -> pl.DataFrame:
    """Completed transactions by (unit, procedure), all filed in person."""
    return pl.DataFrame(
        {
            "month": [month] * len(counts),
            "unit": [unit for unit, _ in counts],
            "procedure": [procedure for _, procedure in counts],
            "channel": ["in_person"] * len(counts),
            "completed": list(counts.values()),
            "is_demo": [False] * len(counts),
        },
        schema={name: column.dtype for name, column in TRANSACTIONS.items()},
    )


def make_units(provinces: Mapping[str, str | None]) -> pl.DataFrame:
    """Units by code → province."""
    return pl.DataFrame(
        {
            "unit": list(provinces),
            "unit_name": [f"Đơn vị {unit}" for unit in provinces],
            "kind": ["commune"] * len(provinces),
            "province": list(provinces.values()),
        },
        schema={name: column.dtype for name, column in UNITS.items()},
    )


def make_procedures(codes: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"procedure": list(codes), "procedure_name": [f"Thủ tục {code}" for code in codes]},
        schema={name: column.dtype for name, column in PROCEDURES.items()},
    )
