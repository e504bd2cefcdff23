"""The notebook, run as a script on a small month that is released by the same functions as a real one."""

import csv
import os
import random
import re
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analysis.frames import RESPONSES, TRANSACTIONS
from analysis.indices.compute import compute_indices
from analysis.indices.policy import IndexPolicy
from analysis.release.filling import fill_tables, fill_words
from analysis.release.manifest import Origin
from analysis.release.reading import file_sha256
from analysis.release.tables import FormMonth, Registry
from survey_forms.columns import answer_columns
from survey_forms.form import Form
from survey_forms.loader import load_catalogue

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "released_month.py"
MONTH = "2026-10"
POLICY = IndexPolicy()
UNITS = pl.DataFrame(
    {"unit": ["u1", "u2", "u3"], "unit_name": ["Xã Một", "Xã Hai", "Xã Ba"], "kind": "commune", "province": "01"}
)
PROCEDURES = pl.DataFrame({"procedure": ["p1", "p2"], "procedure_name": ["Khai sinh", "Kết hôn"]})
# unit, procedure, responses, transactions: weights 10, 2 and 4 inside u1 and u2; u3 is too small to publish
CELLS = [
    ("u1", "p1", 30, 300),
    ("u1", "p2", 40, 80),
    ("u2", "p1", 25, 100),
    ("u2", "p2", 20, 80),
    ("u3", "p1", 4, 9),
]


def make_responses(form: Form, chance: random.Random) -> pl.LazyFrame:
    level = [column.name for column in answer_columns(form) if column.kind == "level"]
    rows = [
        {
            "response_id": f"{unit}-{procedure}-{number}",
            "month": MONTH,
            "local_day": date(2026, 10, 5),
            "unit_filed": unit,
            "procedure": procedure,
            "channel": "kiosk",
            "selection": "self_selected",
            "language": "vi",
            "is_clock_doubted": False,
            "is_demo": True,
            "completeness": "complete",
            "is_assisted": False,
            **{name: chance.choice([2, 3, 4, 4, 5, 5]) for name in level},
        }
        for unit, procedure, responses, _ in CELLS
        for number in range(responses)
    ]
    schema = {name: column.dtype for name, column in RESPONSES.items()} | {
        column.name: {"level": pl.Int8, "boolean": pl.Boolean}.get(column.kind, pl.String)
        for column in answer_columns(form)
    }
    return pl.DataFrame(rows, schema=schema, orient="row").lazy()


def release_month(exports: Path, form: Form) -> Path:
    transactions = pl.DataFrame(
        [
            {
                "month": MONTH,
                "unit": unit,
                "procedure": procedure,
                "channel": "in_person",
                "completed": completed,
                "is_demo": True,
            }
            for unit, procedure, _, completed in CELLS
        ],
        schema={name: column.dtype for name, column in TRANSACTIONS.items()},
        orient="row",
    )
    responses = make_responses(form, random.Random(7))
    tables = compute_indices(
        responses, transactions, form, month=MONTH, units=UNITS, procedures=PROCEDURES, policy=POLICY
    )
    titles = {"title": form.title["vi"], "title_en": form.title["en"]}
    origin = Origin(
        month=MONTH,
        is_demonstration=True,
        forms=[{"form": form.id, "version": form.version, **titles}],
        code={},
        method={f"{form.id} {form.version}": {}},
        policy=asdict(POLICY),
        suppressed={},
    )
    folder = exports / MONTH / "r1"
    folder.mkdir(parents=True)
    parts = [FormMonth(form, responses, tables)]
    filled = fill_tables(folder, parts, Registry(transactions, UNITS, PROCEDURES), origin=origin, policy=POLICY)
    fill_words(folder, filled, revision=1, previous=None, licence={"name": "CC-BY-4.0"})
    return folder


def run_notebook(exports: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(NOTEBOOK), "--exports", str(exports), *more],
        capture_output=True,
        text=True,
        check=False,
        cwd=exports.parent,
        env={key: value for key, value in os.environ.items() if not key.startswith("HAILONG_")},
    )


@pytest.mark.parametrize("form", ["counter", "one_stop"])
def test_notebook_recomputes_published_figures_from_the_microdata(tmp_path: Path, form: str):
    asked = next(found for found in load_catalogue().forms if found.id == form)
    release_month(tmp_path / "exports", asked)
    finished = run_notebook(tmp_path / "exports")
    assert finished.returncode == 0, finished.stderr
    found = re.search(r"recomputed (\d+) figures, largest difference ([\d.e-]+)", finished.stdout)
    assert found is not None, finished.stdout
    assert int(found[1]) > 0
    assert float(found[2]) < 1e-9
    assert "units 3, overall" in finished.stdout


def test_notebook_prints_the_main_table_of_the_release(tmp_path: Path):
    asked = next(found for found in load_catalogue().forms if found.id == "one_stop")
    folder = release_month(tmp_path / "exports", asked)
    with (folder / "indices.csv").open(encoding="utf-8") as opened:
        rows = [
            row
            for row in csv.DictReader(opened)
            if row["level"] == "overall" and row["unit"] and not row["procedure"] and not row["aggregate"]
        ]
    # u3 has 4 responses; u2 is withheld with it, or u1 alone would tell it by subtraction
    expected = [
        f"{row['unit']} | {row['unit_name']} | "
        + (
            "withheld | "
            if row["suppressed"] == "true"
            else f"{row['estimate_rounded']} ({row['low_rounded']}-{row['high_rounded']}) | {row['n']}"
        )
        for row in sorted(rows, key=lambda row: row["unit_name"])
    ]
    finished = run_notebook(tmp_path / "exports")
    assert finished.returncode == 0, finished.stderr
    printed = [line for line in finished.stdout.splitlines() if line.count(" | ") == 3]
    assert printed == expected
    assert any("(" in line for line in printed)


@pytest.mark.parametrize(
    ("is_resealed", "said"),
    [(False, "broken files: responses.parquet"), (True, "recomputed figures differ from the published")],
)
def test_notebook_refuses_microdata_that_were_changed(tmp_path: Path, is_resealed: bool, said: str):
    asked = next(found for found in load_catalogue().forms if found.id == "counter")
    folder = release_month(tmp_path / "exports", asked)
    microdata, manifest = folder / "responses.parquet", folder / "manifest.json"
    before = file_sha256(microdata)
    better = pl.read_parquet(microdata).with_columns(pl.col("counter.overall").clip(lower_bound=4))
    better.write_parquet(microdata)
    if is_resealed:
        manifest.write_text(manifest.read_text().replace(before, file_sha256(microdata)))
    finished = run_notebook(tmp_path / "exports")
    assert finished.returncode == 1
    assert said in finished.stderr


def test_notebook_says_when_nothing_is_released(tmp_path: Path):
    finished = run_notebook(tmp_path / "exports")
    assert finished.returncode == 1
    assert "no released month" in finished.stderr


def test_notebook_needs_no_service():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) (api|fastapi|sqlmodel|sqlalchemy)\b", text, flags=re.M)
