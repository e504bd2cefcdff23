"""The tables of a released month, ready to be written: of all forms together, described and sorted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from analysis.frames import INDICES, RELEASED_UNITS, TRANSACTIONS
from analysis.indices.compute import IndexTables
from analysis.indices.policy import IndexPolicy
from analysis.release.codebook import Table, describe_answers, describe_columns
from analysis.release.microdata import FIXED_COLUMNS, STRATA, release_responses, released_answers
from survey_forms.form import Form

TITLES = {
    "indices": {"vi": "Chỉ số hài lòng", "en": "Satisfaction indices"},
    "responses": {"vi": "Phiếu trả lời đã che", "en": "Masked responses"},
    "transactions": {"vi": "Giao dịch đã hoàn thành", "en": "Completed transactions"},
    "strata": {"vi": "Tầng hậu phân tầng", "en": "Post-strata"},
    "units": {"vi": "Đơn vị", "en": "Units"},
    "collapses": {"vi": "Các ô được gộp", "en": "Cells that were joined"},
    "changes": {"vi": "Khác với lần công bố trước", "en": "Changes since the revision before"},
}
COLLAPSES = ("form", "version", "unit", "procedure", "into", "transactions", "reason")
# What is told of a collapse. Between "none" and "too few" nothing is told apart: that would give counts away.
REASONS = {
    "unit without responses: not represented": "not_represented",
    "unit without transactions: not pooled": "not_pooled",
    "next smallest cell, joined to the rest": "next_smallest",
}


@dataclass(frozen=True)
class FormMonth:
    """One form version's month: its responses, and what was computed from them (None: it makes no index)."""

    form: Form
    responses: pl.LazyFrame
    tables: IndexTables | None

    @property
    def indices(self) -> pl.DataFrame | None:
        """The indices as they are released, by ``frames.INDICES``."""
        return None if self.tables is None else self.tables.indices


@dataclass(frozen=True)
class Registry:
    """What a month's indices need beside the answers; ``transactions`` of that month only. ``excluded``: ids of
    responses that an analyst left out (METHODS 22.8)."""

    transactions: pl.DataFrame
    units: pl.DataFrame
    procedures: pl.DataFrame
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Described:
    """A table with its words. ``masked``: what was nulled in it, and how often."""

    table: Table
    frame: pl.DataFrame
    masked: dict[str, int]


def build_tables(parts: Sequence[FormMonth], registry: Registry, policy: IndexPolicy) -> Iterator[Described]:
    """The released tables one after the other, so that only one is in memory: indices, units, transactions,
    collapses, responses and strata.

    Raises
    ------
    UndescribedColumn
        If a column has no words in columns.yaml.

    References
    ----------
    METHODS 7.6, 8.1.
    """
    for build in (_indices, _units, _transactions, _collapses):
        yield build(parts, registry)
    yield from _responses(parts, registry, policy)


def describe_frame(name: str, frame: pl.DataFrame) -> Described:
    """``frame`` as the table ``name``, with the words of columns.yaml. METHODS 8.1."""
    return Described(Table(name, f"{name}.csv", TITLES[name], describe_columns(name, frame.columns)), frame, {})


def answer_prefix(form: Form, parts: Sequence[FormMonth]) -> str:
    """What stands before the answer columns of ``form``: its id; two versions in one month are told apart.

    METHODS 8.1.
    """
    versions = sum(part.form.id == form.id for part in parts)
    return f"{form.id}." if versions == 1 else f"{form.id}@{form.version}."


def _indices(parts: Sequence[FormMonth], _registry: Registry) -> Described:
    empty = pl.DataFrame(schema={name: column.dtype for name, column in INDICES.items()})
    computed = [part.indices.select(list(INDICES)) for part in parts if part.indices is not None]
    return describe_frame("indices", pl.concat([empty, *computed], rechunk=True))


def _units(parts: Sequence[FormMonth], registry: Registry) -> Described:
    """The units that the month speaks of, and their provinces; a code the registry does not know has no row."""
    spoken_of = [
        registry.transactions["unit"],
        *(part.indices["unit"] for part in parts if part.indices is not None),
    ]
    known = registry.units.unique("unit", keep="first", maintain_order=True)
    named = known.join(
        known.select(province="unit", province_name="unit_name"), on="province", how="left", maintain_order="left"
    )
    wanted = named.filter(pl.col("unit").is_in(pl.concat(spoken_of).unique().implode()))
    is_wanted = pl.col("unit").is_in(pl.concat([wanted["unit"], wanted["province"]]).implode())
    released = named.filter(is_wanted).select(pl.col(name).cast(one.dtype) for name, one in RELEASED_UNITS.items())
    return describe_frame("units", released.sort("unit"))


def _transactions(_parts: Sequence[FormMonth], registry: Registry) -> Described:
    sorted_counts = registry.transactions.select(list(TRANSACTIONS)).sort("month", "unit", "procedure", "channel")
    return describe_frame("transactions", sorted_counts)


def _collapses(parts: Sequence[FormMonth], _registry: Registry) -> Described:
    schema = dict.fromkeys(COLLAPSES, pl.String) | {"transactions": pl.Int64}
    told = [
        part.tables.collapses.with_columns(
            form=pl.lit(part.form.id),
            version=pl.lit(part.form.version),
            reason=pl.col("reason").replace_strict(REASONS, default="too_small", return_dtype=pl.String),
        ).select(list(COLLAPSES))
        for part in parts
        if part.tables is not None
    ]
    return describe_frame("collapses", pl.concat([pl.DataFrame(schema=schema), *told]))


def _responses(parts: Sequence[FormMonth], registry: Registry, policy: IndexPolicy) -> Iterator[Described]:
    released = [
        release_responses(
            part.responses,
            part.form,
            indices=part.indices,
            transactions=registry.transactions,
            units=registry.units,
            policy=policy,
            prefix=answer_prefix(part.form, parts),
        )
        for part in parts
    ]
    fields = describe_columns("responses", FIXED_COLUMNS)
    for part in parts:
        fields += describe_answers(part.form, released_answers(part.form), prefix=answer_prefix(part.form, parts))
    frame = pl.concat([one.rows for one in released], how="diagonal")
    masked = {name: sum(one.masked[name] for one in released) for name in sorted(released[0].masked)}
    yield Described(Table("responses", "responses.csv", TITLES["responses"], fields), frame, masked)
    del frame
    yield describe_frame("strata", pl.concat([pl.DataFrame(schema=STRATA), *(one.strata for one in released)]))
