"""One million responses of one month: snapshot, index and export, each in a process of its own.

    python -m tests.bench.million [--rows 1000000] [--units 3321 --procedures 200] [--folder …]

Prints seconds and peak memory of each step, and how many times as long the rows of the export take as Polars takes
to write the same rows as CSV. The month is national: units of very different size, few procedures asked for often.
"""

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from analysis.dataset import SnapshotKey, open_snapshot
from analysis.indices.policy import IndexPolicy
from analysis.release.microdata import release_responses
from analysis.release.reading import file_sha256
from analysis.release.tables import FormMonth
from analysis.release.writing import write_csv
from api.cli.migrate import run_migrations
from api.db import make_engine
from api.releases.computing import compute_month, keep_indices, read_registry
from api.releases.service import export_month
from api.sealing import flush_to_disk
from api.snapshots.service import write_snapshots
from survey_forms.columns import answer_columns
from survey_forms.loader import load_catalogue

MONTH = "2026-10"
SEED = 20261120
CATALOGUE = load_catalogue()
FORM = CATALOGUE.get("one_stop", "2026.1")
KEY = SnapshotKey(FORM.id, FORM.version, MONTH)
SHAPES = ((166, 100), (3_321, 200))  # a large province; the country
STEPS = ("snapshot", "index", "export", "rows", "polars")


def fill(folder: Path, *, rows: int, units: int, procedures: int) -> None:
    """A database with ``rows`` responses and seven times as many transactions."""
    run_migrations(_url(folder))
    rng = np.random.default_rng(SEED)
    size = rng.lognormal(0, 1, units) + 0.3
    zipf = 1 / np.arange(1, procedures + 1)
    unit = rng.choice(units, rows, p=size / size.sum())
    procedure = rng.choice(procedures, rows, p=zipf / zipf.sum())
    with sqlite3.connect(folder / "hailong.sqlite3") as database:
        database.execute("PRAGMA synchronous=OFF")
        _insert(database, "unit", _unit_rows(units))
        _insert(database, "procedure", _procedure_rows(procedures))
        _insert(database, "response", _response_rows(rng, unit, procedure))
        cells, counts = np.unique(unit * procedures + procedure, return_counts=True)
        _insert(
            database,
            "transaction_count",
            (
                {
                    "month": MONTH,
                    "unit": f"{cell // procedures:05d}",
                    "procedure": f"1.{cell % procedures:06d}",
                    "channel": "in_person",
                    "completed": int(count) * 7,
                    "is_demo": 1,
                }
                for cell, count in zip(cells.tolist(), counts.tolist(), strict=True)
            ),
        )


def run_step(step: str, folder: Path) -> dict[str, Any]:
    """One step, timed; figures as a dict."""
    engine, policy = make_engine(_url(folder)), IndexPolicy()
    snapshots = folder / "snapshots"
    start = time.perf_counter()
    told: dict[str, Any] = {}
    if step == "snapshot":
        write_snapshots(engine, snapshots, CATALOGUE)
    elif step == "index":
        computed = _compute(folder, policy)
        keep_indices(computed, folder / "indices", month=MONTH)
        assert computed[0].tables
        told["index rows"] = computed[0].tables.indices.height
    elif step == "export":
        report = export_month(
            engine,
            CATALOGUE,
            month=MONTH,
            now=datetime(2026, 12, 1, tzinfo=UTC),
            zone=ZoneInfo("Asia/Ho_Chi_Minh"),
            policy=policy,
            snapshots_folder=snapshots,
            exports_folder=folder / "exports",
            code={"version": None, "commit": None},
        )
        told["MB"] = round(sum(file.stat().st_size for file in report.folder.iterdir()) / 1e6)
    elif step == "rows":
        return _write_rows(folder, policy)
    elif step == "polars":
        frame = pl.read_parquet(folder / "exports" / MONTH / "r1" / "responses.parquet")
        start = time.perf_counter()
        frame.write_csv(folder / "polars.csv")
    return {"seconds": time.perf_counter() - start, **told}


def _write_rows(folder: Path, policy: IndexPolicy) -> dict[str, float]:
    """responses.csv alone: mask, weigh and sort from the snapshot; then guard, write, hash and flush."""
    registry = read_registry(make_engine(_url(folder)), MONTH)
    indices = pl.read_parquet(folder / "indices" / MONTH / FORM.id / f"{FORM.version}.parquet")
    start = time.perf_counter()
    released = release_responses(
        open_snapshot(folder / "snapshots", KEY),
        FORM,
        indices=indices,
        transactions=registry.transactions,
        units=registry.units,
        policy=policy,
        prefix=f"{FORM.id}.",
    )
    made = time.perf_counter()
    write_csv(released.rows, folder / "rows.csv")
    file_sha256(folder / "rows.csv")
    flush_to_disk(folder / "rows.csv")
    return {"seconds": time.perf_counter() - made, "seconds to make them": round(made - start, 2)}


def measure(folder: Path, *, rows: int, units: int, procedures: int) -> dict[str, dict[str, Any]]:
    """Every step in a process of its own: seconds inside it, and the most memory it ever had."""
    fill(folder, rows=rows, units=units, procedures=procedures)
    figures = {}
    for step in STEPS:
        told = folder / f"{step}.json"
        asked = [sys.executable, "-m", "tests.bench.million", "--step", step, "--folder", str(folder)]
        process = os.posix_spawn(sys.executable, [*asked, "--told", str(told)], os.environ)
        _, status, usage = os.wait4(process, 0)
        if status:
            raise SystemExit(f"{step} failed")
        figures[step] = json.loads(told.read_text()) | {"GiB": usage.ru_maxrss / 2**20}
    return figures


def main(arguments: Sequence[str] = ()) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--units", type=int)
    options.add_argument("--procedures", type=int, default=200)
    options.add_argument("--folder", type=Path)
    options.add_argument("--step", choices=STEPS)
    options.add_argument("--told", type=Path)
    given = options.parse_args(arguments)
    if given.step:
        given.told.write_text(json.dumps(run_step(given.step, given.folder)))
        return
    shapes = [(given.units, given.procedures)] if given.units else SHAPES
    for units, procedures in shapes:
        with tempfile.TemporaryDirectory() as temporary:
            folder = given.folder or Path(temporary)
            figures = measure(folder, rows=given.rows, units=units, procedures=procedures)
        print(f"{given.rows:,} responses, {units:,} units, {procedures} procedures")
        show(figures)


def show(figures: dict[str, dict[str, Any]]) -> None:
    for step, told in figures.items():
        more = ", ".join(f"{value:,} {name}" for name, value in told.items() if name not in ("seconds", "GiB"))
        print(f"  {step:<9} {told['seconds']:6.2f} s  {told['GiB']:5.2f} GiB  {more}")
    most = max(figures[step]["GiB"] for step in ("snapshot", "index", "export"))
    print(f"  index           {figures['index']['seconds']:5.2f} s  (wanted at most 10)")
    print(f"  most memory     {most:5.2f} GiB  (wanted at most 2)")
    base = figures["polars"]["seconds"]
    print(f"  rows / polars   {figures['rows']['seconds'] / base:5.2f}  (wanted at most 2)")
    print(f"  export / polars {figures['export']['seconds'] / base:5.2f}  (with indices and every file)")


def _compute(folder: Path, policy: IndexPolicy) -> list[FormMonth]:
    return compute_month(
        read_registry(make_engine(_url(folder)), MONTH),
        CATALOGUE,
        month=MONTH,
        snapshots_folder=folder / "snapshots",
        policy=policy,
    )


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'hailong.sqlite3'}"


def _insert(database: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    first = next(rows)
    columns, marks = ", ".join(first), ", ".join("?" * len(first))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
    database.execute(statement, tuple(first.values()))
    database.executemany(statement, (tuple(row.values()) for row in rows))


def _unit_rows(units: int) -> Iterator[dict[str, object]]:
    common = {"valid_from": str(date(2025, 7, 1)), "is_demo": 1}
    for province in range(34):
        code = f"P{province:02d}"
        yield {"code": code, "name": f"Tỉnh {province}", "kind": "province", "parent_code": None, **common}
    for number in range(units):
        parent = f"P{number % 34:02d}"
        yield {"code": f"{number:05d}", "name": f"Xã {number}", "kind": "commune", "parent_code": parent, **common}


def _procedure_rows(procedures: int) -> Iterator[dict[str, object]]:
    for number in range(procedures):
        yield {
            "code": f"1.{number:06d}",
            "name": f"Thủ tục {number}",
            "field": "Hộ tịch",
            "level": "commune",
            "is_starter": 0,
        }


def _response_rows(
    rng: np.random.Generator, unit: np.ndarray, procedure: np.ndarray
) -> Iterator[dict[str, object]]:
    columns = [column.name for column in answer_columns(FORM) if column.kind == "level"]
    levels = rng.choice(np.arange(1, 6), (len(unit), len(columns)), p=[0.03, 0.05, 0.12, 0.4, 0.4]).tolist()
    ids = rng.bytes(16 * len(unit)).hex()
    for number, (at, of, answered) in enumerate(zip(unit.tolist(), procedure.tolist(), levels, strict=True)):
        answers = dict(zip(columns, answered, strict=True))
        yield {
            "id": ids[32 * number : 32 * number + 32],
            "form": FORM.id,
            "version": FORM.version,
            "form_hash": FORM.sha256,
            "answers": json.dumps(answers),
            "content_hash": "0" * 64,
            "unit_filed": f"{at:05d}",
            "procedure": f"1.{of:06d}",
            "channel": "kiosk",
            "selection": "self_selected",
            "language": "vi",
            "submitted_at": "2026-10-05 03:02:00.000000",
            "received_at": "2026-10-05 03:02:01.000000",
            "local_day": "2026-10-05",
            "month": MONTH,
            "is_clock_doubted": 0,
            "is_demo": 1,
            "completeness": "complete",
            "is_assisted": 0,
        }


if __name__ == "__main__":
    main(sys.argv[1:])
