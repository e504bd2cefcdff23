"""The contract of every frame that crosses a border: column, dtype, may it be null."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analysis.errors import AnalysisError


@dataclass(frozen=True)
class Column:
    dtype: pl.DataType | type[pl.DataType]
    null: bool = False


class FrameError(AnalysisError):
    """A frame that breaks its contract: every broken column together."""

    def __init__(self, frame: str, problems: list[str]) -> None:
        super().__init__(
            [f"{frame}: {problem}" for problem in problems],
            "Give the frame the columns and types of its contract (METHODS 9.1); make a snapshot anew.",
        )
        self.frame = frame


# One row per response. The answer columns follow these (survey_forms.questions says which):
# rating → Int8 level; matrix row → Int8 ``question.row``; yes/no → Boolean; single → String option id;
# multiple → Boolean ``question.option``; number → Float64; date → Date; free text is not here.
# Where "don't know" or "not applicable" may be chosen: ``<column>#missing`` String, null when answered.
RESPONSES: Mapping[str, Column] = {
    "response_id": Column(pl.String),
    "month": Column(pl.String),
    "local_day": Column(pl.Date),
    "unit_filed": Column(pl.String),
    "unit_decided": Column(pl.String, null=True),
    "unit_residence": Column(pl.String, null=True),
    "procedure": Column(pl.String, null=True),
    "counter": Column(pl.String, null=True),
    "channel": Column(pl.String),
    "selection": Column(pl.String),
    "language": Column(pl.String),
    "seconds": Column(pl.Int32, null=True),  # started to submitted; null when the clock is doubted
    "is_clock_doubted": Column(pl.Boolean),
    "is_demo": Column(pl.Boolean),
    "completeness": Column(pl.String),  # complete, flagged (left early, kept), partial (never counts as whole)
    "is_assisted": Column(pl.Boolean),
    "option_order": Column(pl.String, null=True),  # ascending, descending: as the levels were shown
}

# One row per month × unit × procedure × channel.
TRANSACTIONS: Mapping[str, Column] = {
    "month": Column(pl.String),
    "unit": Column(pl.String),
    "procedure": Column(pl.String),
    "channel": Column(pl.String),
    "completed": Column(pl.Int64),
    "is_demo": Column(pl.Boolean),
}

# One row per unit valid in the month; ``province`` is the code of its province (itself for a province).
UNITS: Mapping[str, Column] = {
    "unit": Column(pl.String),
    "unit_name": Column(pl.String),
    "kind": Column(pl.String),
    "province": Column(pl.String, null=True),
}

# One row per unit of a released month, and per province of one.
RELEASED_UNITS: Mapping[str, Column] = {**UNITS, "province_name": Column(pl.String, null=True)}

PROCEDURES: Mapping[str, Column] = {"procedure": Column(pl.String), "procedure_name": Column(pl.String)}

# The published indices; an empty dimension (null) means all. Estimates are 0-100 points, exact.
INDICES: Mapping[str, Column] = {
    "month": Column(pl.String),
    "form": Column(pl.String),
    "version": Column(pl.String),
    "level": Column(pl.String),  # overall, content, group, item, asked_overall
    "code": Column(pl.String),
    "unit": Column(pl.String, null=True),
    "unit_name": Column(pl.String, null=True),
    "procedure": Column(pl.String, null=True),
    "procedure_name": Column(pl.String, null=True),
    "channel": Column(pl.String, null=True),
    "n": Column(pl.Int64, null=True),
    "n_effective": Column(pl.Float64, null=True),
    "transactions": Column(pl.Int64, null=True),
    "response_rate": Column(pl.Float64, null=True),
    "estimate": Column(pl.Float64, null=True),
    "standard_error": Column(pl.Float64, null=True),
    "low": Column(pl.Float64, null=True),
    "high": Column(pl.Float64, null=True),
    "confidence": Column(pl.Float64),
    "df": Column(pl.Float64, null=True),
    "design_effect": Column(pl.Float64, null=True),
    "method": Column(pl.String),
    "suppressed": Column(pl.Boolean),
    "note": Column(pl.String, null=True),
    "estimate_rounded": Column(pl.String, null=True),  # two decimals, half up
    "low_rounded": Column(pl.String, null=True),
    "high_rounded": Column(pl.String, null=True),
    # province: the units of a province together; mean_of_units: every unit counts the same; null: a plain domain
    "aggregate": Column(pl.String, null=True),
}


def check_frame(frame: pl.DataFrame | pl.LazyFrame, contract: Mapping[str, Column], name: str) -> None:
    """Raise FrameError when a column of ``contract`` is absent, of another dtype or null where it may not.

    Shapes: any number of rows; more columns than the contract names are allowed. Nulls are only looked for
    in eager frames. METHODS 9.1.
    """
    schema = frame.collect_schema()
    problems = [f"column {column!r} is missing" for column in contract if column not in schema]
    problems += [
        f"column {column!r} is {schema[column]}, expected {wanted.dtype}"
        for column, wanted in contract.items()
        if column in schema and schema[column] != wanted.dtype
    ]
    if isinstance(frame, pl.DataFrame):
        problems += [
            f"column {column!r} has {frame[column].null_count()} nulls"
            for column, wanted in contract.items()
            if column in schema and not wanted.null and frame[column].null_count()
        ]
    if problems:
        raise FrameError(name, problems)
