"""Computes the indices of a month: joins snapshots, registry and transactions, and hands them to ``analysis``."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from analysis.dataset import SnapshotKey, find_snapshots, open_snapshot, open_spark_snapshot
from analysis.indices.compute import compute_indices
from analysis.indices.counted import mark_excluded
from analysis.indices.policy import IndexPolicy
from analysis.progress import Progress
from analysis.release.tables import FormMonth, Registry
from api.errors import NotThere
from api.releases.queries import read_excluded, read_procedures, read_transactions, read_units
from api.sealing import file_beside
from survey_forms.catalogued import Catalogue


def read_registry(engine: Engine, month: str) -> Registry:
    with engine.connect() as connection:
        return Registry(
            read_transactions(connection, month),
            read_units(connection, month),
            read_procedures(connection),
            read_excluded(connection, month),
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
    spark: Any = None,
) -> list[FormMonth]:
    """The indices of every form version with a snapshot of ``month`` (of ``form`` only, when given).

    The snapshots must be up to date. ``spark``: a session that reads and sums them (METHODS 20.3). Raises
    NotThere when nobody answered in that month.
    """
    keys = [key for key in find_snapshots(snapshots_folder, month=month) if form in (None, key.form)]
    if not keys:
        of_form = f" ({form})" if form else ""
        raise NotThere(
            "month_without_responses",
            f"Tháng {month}{of_form} chưa có phiếu trả lời nào; hãy kiểm tra tháng và phiếu",
            f"There are no responses in {month}{of_form}; check the month and the form",
        )
    return [_compute(key, registry, catalogue, snapshots_folder, policy, progress, spark) for key in keys]


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
    key: SnapshotKey,
    registry: Registry,
    catalogue: Catalogue,
    snapshots_folder: Path,
    policy: IndexPolicy,
    progress: Progress | None,
    spark: Any,
) -> FormMonth:
    form = catalogue.get(key.form, key.version)
    responses = mark_excluded(open_snapshot(snapshots_folder, key), registry.excluded)
    if form.recipe is None:
        return FormMonth(form, responses, None)

    def tell(step: str, done: int, total: int) -> None:
        if progress:
            progress(f"{key.form} {key.version}: {step}", done, total)

    on_spark = spark and open_spark_snapshot(spark, snapshots_folder, key, excluded=registry.excluded)
    tables = compute_indices(
        on_spark or responses,
        registry.transactions,
        form,
        month=key.month,
        units=registry.units,
        procedures=registry.procedures,
        policy=policy,
        progress=tell,
    )
    return FormMonth(form, responses, tables)
