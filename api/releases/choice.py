"""What a reader of the published indices asks for, checked: every problem of one query together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis.release.reading import MONTH
from api.errors import Malformed
from survey_forms.form import LANGUAGES

DIMENSIONS = ("unit", "procedure", "channel")
LEVELS = ("overall", "content", "group", "item", "asked_overall")
FORMATS = ("json", "csv")
AGGREGATES = ("none", "province", "mean_of_units")  # "none": only the plain domains
PARAMETERS = (
    *("month", "form", "version", "by", "level", "code", "aggregate", "province", "unit", "procedure"),
    *("format", "lang"),
)
EQUAL = ("form", "version", "level", "code", "unit", "procedure")
ROWS, ROWS_MAX = 10_000, 100_000


@dataclass(frozen=True)
class Choice:
    """``by``: the dimensions that are filled in; none of them is the figure of all. None: not asked for."""

    by: frozenset[str]
    equal: Mapping[str, str]
    month: str | None
    aggregate: str | None
    province: str | None
    format: str
    lang: str | None
    limit: int
    offset: int

    def pick(self, indices: pl.LazyFrame, units: pl.DataFrame) -> pl.LazyFrame:
        """The rows of ``indices`` that were asked for, in their order; all of them, whatever the limit.

        ``units`` by ``frames.RELEASED_UNITS``: which of them lie in the province asked for.
        """
        filled = [pl.col(name).is_not_null() if name in self.by else pl.col(name).is_null() for name in DIMENSIONS]
        wanted = [pl.col(name) == value for name, value in self.equal.items()]
        if self.aggregate is not None:
            aggregate = None if self.aggregate == "none" else self.aggregate
            wanted.append(pl.col("aggregate").eq_missing(pl.lit(aggregate, pl.String)))
        if self.province is not None:
            within = units.filter(pl.col("province") == self.province)["unit"]
            wanted.append(pl.col("unit").is_in(within.implode()))
        rows = indices.filter(*filled, *wanted)
        return rows if self.lang is None else rows.with_columns(_in_one_language(self.lang))


def read_choice(query: Mapping[str, str]) -> Choice:
    """The choice in a query string; Malformed with all that is wrong with it."""
    problems = [
        _problem(name, "unknown_parameter", query[name], (*PARAMETERS, "limit", "offset"))
        for name in query
        if name not in (*PARAMETERS, "limit", "offset")
    ]
    if "month" in query and not MONTH.fullmatch(query["month"]):
        problems.append(_problem("month", "malformed_month", query["month"], ("2026-10",)))
    by = [name for name in query.get("by", "").split(",") if name]
    problems += [_problem("by", "unknown_dimension", name, DIMENSIONS) for name in by if name not in DIMENSIONS]
    for name, known in (("level", LEVELS), ("aggregate", AGGREGATES), ("format", FORMATS), ("lang", LANGUAGES)):
        if name in query and query[name] not in known:
            problems.append(_problem(name, f"unknown_{name}", query[name], known))
    numbers = {}
    for name, default, least, most in (("limit", ROWS, 1, ROWS_MAX), ("offset", 0, 0, 10**9)):
        given = query.get(name, str(default))
        numbers[name] = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else -1
        if not least <= numbers[name] <= most:
            problems.append(_problem(name, "malformed_number", given, (f"{least}-{most}",)))
    if problems:
        raise Malformed(
            "malformed_query",
            "Tham số không hợp lệ; xem từng lỗi",
            "The query is malformed; see problems",
            problems,
        )
    return Choice(
        by=frozenset(by),
        equal={name: query[name] for name in EQUAL if name in query},
        month=query.get("month"),
        aggregate=query.get("aggregate"),
        province=query.get("province"),
        format=query.get("format", "json"),
        lang=query.get("lang"),
        limit=numbers["limit"],
        offset=numbers["offset"],
    )


def _problem(name: str, code: str, got: str, expected: tuple[str, ...]) -> dict[str, Any]:
    return {"parameter": name, "code": code, "got": got[:200], "expected": list(expected)}


def _in_one_language(lang: str) -> pl.Expr:
    """Notes are written "vi / en", several of them apart by a bar."""
    at = LANGUAGES.index(lang)
    words = pl.element().str.split(" / ")
    chosen = words.list.get(at, null_on_oob=True).fill_null(pl.element())
    return pl.col("note").str.split(" | ").list.eval(chosen).list.join(" | ").alias("note")
