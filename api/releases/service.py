"""Exports a month: computes it, writes it beside, and seals it as the next revision when anything changed."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from polars.exceptions import PolarsError
from sqlalchemy import Engine

from analysis.indices.counted import EXCLUDED
from analysis.indices.policy import IndexPolicy
from analysis.progress import Progress
from analysis.release.filling import fill_tables, fill_words
from analysis.release.manifest import Origin
from analysis.release.reading import MONTH, latest_release
from analysis.release.tables import FormMonth, Registry
from api.clock import local_day, month_of
from api.errors import Conflict, FileUnusable, Malformed
from api.releases.computing import compute_month, read_registry
from api.releases.contradictions import list_contradictions
from api.sealing import folder_beside, only_writer
from survey_forms.catalogued import Catalogue

LICENCES = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}
# Of the weights' summary only what does not give the count of a small stratum away.
TOLD_OF_WEIGHTS = (
    "responses",
    "responses_pooled",
    "responses_without_unit",
    "transactions",
    "transactions_represented",
    "kish_design_effect",
    "n_effective",
    "self_selected_share",
    "strata",
    "collapses",
    "strata_with_excess",
)


@dataclass(frozen=True)
class ExportReport:
    """``is_new`` False: the last revision holds just this. ``changes`` by ``analysis.release.changes``;
    ``contradictions`` by ``api.releases.contradictions``: what of the released figures cannot all be true."""

    month: str
    revision: int
    folder: Path
    is_new: bool
    changes: pl.DataFrame
    contradictions: pl.DataFrame


def export_month(
    engine: Engine,
    catalogue: Catalogue,
    *,
    month: str,
    now: datetime,
    zone: ZoneInfo,
    policy: IndexPolicy,
    snapshots_folder: Path,
    exports_folder: Path,
    code: Mapping[str, str | None],
    licence: str = "CC-BY-4.0",
    progress: Progress | None = None,
) -> ExportReport:
    """Seal ``month`` as ``<exports_folder>/<month>/r<k>``; a sealed revision is never written again.

    The snapshots must be up to date. Raises Malformed for a month that is not one, Conflict for one that is not
    over or is being exported by another process, NotThere when nobody answered in it.
    """
    check_month_is_over(month, now=now, zone=zone)
    busy = {
        "code": "export_in_progress",
        "vi": f"Tháng {month} đang được tiến trình khác xuất; hãy chạy lại sau",
        "en": f"Another process is exporting {month}; run again when it is done",
    }
    with only_writer(exports_folder / month, **busy):
        registry = read_registry(engine, month)
        parts = compute_month(
            registry,
            catalogue,
            month=month,
            snapshots_folder=snapshots_folder,
            policy=policy,
            progress=progress,
        )
        try:
            return _seal(parts, registry, exports_folder, month, policy, code, licence, progress)
        except (OSError, PolarsError) as error:
            raise FileUnusable(
                "export_not_written",
                f"Không ghi được bản công bố của tháng {month}, chưa có gì được công bố: {error}",
                f"The export of {month} could not be written, nothing was released: {error}",
            ) from error


def check_month_is_over(month: str, *, now: datetime, zone: ZoneInfo) -> None:
    """Refuse what is no month, and one of which a day is still to come: its figures would change by themselves."""
    check_month(month)
    if month >= month_of(local_day(now, zone)):
        raise Conflict(
            "month_not_over",
            f"Tháng {month} chưa kết thúc; chỉ xuất được tháng đã qua",
            f"{month} is not over yet; only a finished month can be exported",
        )


def check_month(month: str) -> None:
    """Malformed for what is no month."""
    if not MONTH.fullmatch(month):
        raise Malformed(
            "malformed_month", f"Tháng {month!r}: cần dạng 2026-10", f"Month {month!r}: expected 2026-10"
        )


def _seal(
    parts: list[FormMonth],
    registry: Registry,
    exports_folder: Path,
    month: str,
    policy: IndexPolicy,
    code: Mapping[str, str | None],
    licence: str,
    progress: Progress | None,
) -> ExportReport:
    previous = latest_release(exports_folder, month)
    revision = previous.revision + 1 if previous else 1
    folder = exports_folder / month / f"r{revision}"
    origin = _origin(parts, registry, month, policy, code)
    # Told, not refused: the answers are not at fault, and a month is not held up by a check.
    contradictions = list_contradictions(parts)
    with folder_beside(folder) as beside:
        filled = fill_tables(beside, parts, registry, origin=origin, policy=policy, progress=progress)
        if previous and previous.manifest["content_sha256"] == filled.content_sha256:
            shutil.rmtree(beside)
            return ExportReport(month, previous.revision, previous.folder, False, pl.DataFrame(), contradictions)
        licensed = {"name": licence} | ({"path": LICENCES[licence]} if licence in LICENCES else {})
        changes = fill_words(beside, filled, revision=revision, previous=previous, licence=licensed)
    return ExportReport(month, revision, folder, True, changes, contradictions)


def _origin(
    parts: list[FormMonth], registry: Registry, month: str, policy: IndexPolicy, code: Mapping[str, str | None]
) -> Origin:
    forms = [_describe_form(part) for part in parts]
    is_demonstration = bool(registry.transactions["is_demo"].any()) or any(
        form["demonstration_responses"] for form in forms
    )
    return Origin(
        month=month,
        is_demonstration=is_demonstration,
        forms=forms,
        code=code,
        method={f"{part.form.id} {part.form.version}": _method(part) for part in parts if part.tables},
        policy=asdict(policy),
        suppressed={},
    )


def _describe_form(part: FormMonth) -> dict[str, Any]:
    is_excluded = pl.col(EXCLUDED) if EXCLUDED in part.responses.collect_schema() else pl.lit(False)
    counted = part.responses.select(
        pl.len(),
        pl.col("is_demo").sum(),
        partial_responses=(pl.col("completeness") == "partial").sum(),
        flagged_responses=(pl.col("completeness") == "flagged").sum(),
        assisted_responses=pl.col("is_assisted").sum(),
        excluded_responses=(is_excluded & (pl.col("completeness") != "partial")).sum(),
    ).collect()
    responses, demonstration, *circumstances = counted.row(0)
    # Told where there are some: months released before these were asked for keep their content hash.
    told = {name: many for name, many in zip(counted.columns[2:], circumstances, strict=True) if many}
    return {
        "form": part.form.id,
        "version": part.form.version,
        "sha256": part.form.sha256,
        "title": part.form.title["vi"],
        "title_en": part.form.title["en"],
        "is_representative": part.form.is_representative,
        "responses": responses,
        "demonstration_responses": demonstration,
        **told,
    }


def _method(part: FormMonth) -> dict[str, Any]:
    assert part.tables is not None
    indices = part.tables.indices
    summary = part.tables.weights_summary.select(TOLD_OF_WEIGHTS)
    return {
        "indices": indices["method"].unique().sort().to_list(),
        "weights": summary.row(0, named=True),
    }
