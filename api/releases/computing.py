"""Computes the indices of a month: joins snapshots, registry and transactions, and hands them to ``analysis``."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from analysis.indices.compute import IndexTables, compute_indices
from sqlalchemy import Engine

from analysis.dataset import find_snapshots, open_snapshot
from analysis.indices.policy import IndexPolicy
from api.errors import NotThere
from api.releases.queries import read_procedures, read_transactions, read_units
from api.sealing import file_beside
from survey_forms.catalogued import Catalogue
from survey_forms.form import Form

Progress = Callable[[str, int, int], None]  # what is being done, how much of it, out of how much


@dataclass(frozen=True)
class Registry:
    """What a month's indices need beside the answers."""

    transactions: pl.DataFrame
    units: pl.DataFrame
    procedures: pl.DataFrame


@dataclass(frozen=True)
class FormMonth:
    """One form version's month: its responses and the tables computed from them."""

    form: Form
    responses: pl.LazyFrame
    tables: IndexTables | None  # None: the form has no recipe, so no index


def read_registry(engine: Engine, month: str) -> Registry:
    with engine.connect() as connection:
        return Registry(
            read_transactions(connection, month), read_units(connection, month), read_procedures(connection)
        )


def compute_month(
    registry: Registry,
    catalogue: Catalogue,
    *,
    month: str,
    snapshots_folder: Path,
    policy: IndexPolicy,
    form: str | None = None,
    progress: Progress | None = None,
) -> list[FormMonth]:
    """The indices of every form version with a snapshot of ``month`` (of ``form`` only, when given).

    The snapshots must be up to date. Raises NotThere when nobody answered in that month.
    """
    keys = [key for key in find_snapshots(snapshots_folder, month=month) if form in (None, key.form)]
    if not keys:
        of_form = f" ({form})" if form else ""
        raise NotThere(
            "month_without_responses",
            f"Tháng {month}{of_form} chưa có phiếu trả lời nào; hãy kiểm tra tháng và phiếu",
            f"There are no responses in {month}{of_form}; check the month and the form",
        )
    computed = []
    for done, key in enumerate(keys):
        if progress:
            progress(f"{key.form} {key.version}", done, len(keys))
        asked, responses = catalogue.get(key.form, key.version), open_snapshot(snapshots_folder, key)
        computed.append(FormMonth(asked, responses, _compute(responses, registry, asked, month, policy)))
    if progress:
        progress("", len(keys), len(keys))
    return computed


def keep_indices(computed: list[FormMonth], folder: Path, *, month: str) -> list[Path]:
    """Write the indices, not yet released, to ``<folder>/<month>/<form>/<version>.parquet``."""
    written = []
    for part in computed:
        if part.tables is None:
            continue
        file = folder / month / part.form.id / f"{part.form.version}.parquet"
        with file_beside(file) as beside:
            part.tables.indices.write_parquet(beside, compression="zstd")
        written.append(file)
    return written


def _compute(
    responses: pl.LazyFrame, registry: Registry, form: Form, month: str, policy: IndexPolicy
) -> IndexTables | None:
    if form.recipe is None:
        return None
    return compute_indices(
        responses,
        registry.transactions,
        form,
        month=month,
        units=registry.units,
        procedures=registry.procedures,
        policy=policy,
    )
