"""hailong index, export and reconcile as they are typed. The month is long past: these commands read the clock."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from api.cli.main import main
from api.db import make_engine
from tests.api.releases.october import FORM
from tests.stored import make_procedure, make_response, make_transactions, make_unit, store

MONTH = "2024-05"
Run = Callable[..., int]


@pytest.fixture
def hailong(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with these words; its exit code. Two units have answered in MONTH."""
    monkeypatch.setenv("HAILONG_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HAILONG_VAR_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("HAILONG_EXPORTS_FOLDER", str(tmp_path / "exports"))
    monkeypatch.setenv("COLUMNS", "120")
    engine = make_engine(sqlite_url)
    of_may = {"month": MONTH, "local_day": date(2024, 5, 2)}
    store(engine, [make_unit("10010", valid_from=date(2020, 1, 1)), make_procedure("1.000001")])
    store(engine, [make_transactions(unit, "1.000001", 1200, month=MONTH) for unit in ("10010", "10025")])
    store(
        engine,
        [
            make_response(n, FORM, {"overall": 4, "q3": 2 + n % 4}, unit_filed=("10010", "10025")[n % 2], **of_may)
            for n in range(60)
        ],
    )
    engine.dispose()

    def run(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["hailong", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    return run


def test_index_prints_figures_as_vietnamese_people_write_them(hailong: Run, capsys: pytest.CaptureFixture[str]):
    assert hailong("index", "--month", MONTH) == 0
    out = capsys.readouterr().out
    assert "tháng 5/2024" in out
    assert "Xã 10010 (10010)" in out
    assert "1.200" in out
    # q3 is 2, 3, 4, 5 in turn, so 4 or 5 for half of the people; it is the only item answered
    assert "50,00\xa0%" in out


def test_index_as_json_has_exact_values_and_is_kept(
    hailong: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    assert hailong("index", "--month", MONTH, "--form", "one_stop", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    [q3] = [row for row in rows if row["code"] == "q3" and row["unit"] == "10025" and not row["procedure"]]
    assert (q3["n"], q3["estimate"]) == (30, pytest.approx(50.0))  # 3 and 5 in turn
    assert (tmp_path / f"var/indices/{MONTH}/one_stop/2026.1.parquet").is_file()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # of pyspark's own modules
def test_index_on_spark_from_a_folder_of_snapshots_has_the_figures_of_polars(
    hailong: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    assert hailong("index", "--month", MONTH, "--json") == 0
    by_polars = json.loads(capsys.readouterr().out)
    # Snapshots from elsewhere: ours are not looked at.
    shutil.move(tmp_path / "var/snapshots", tmp_path / "elsewhere")
    assert (
        hailong(
            "index", "--month", MONTH, "--engine", "spark", "--snapshots", str(tmp_path / "elsewhere"), "--json"
        )
        == 0
    )
    by_spark = json.loads(capsys.readouterr().out)
    assert not (tmp_path / "var/snapshots").exists()
    assert len(by_spark) == len(by_polars)
    for theirs, ours in zip(by_spark, by_polars, strict=True):
        assert theirs == {
            name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
            for name, value in ours.items()
        }


def test_index_on_spark_without_java_says_what_to_do(
    hailong: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    sql = pytest.importorskip("pyspark.sql")
    if (running := sql.SparkSession.getActiveSession()) is not None:  # of another test
        running.stop()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "no-java"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hailong("index", "--month", MONTH, "--engine", "spark") == 2
    told = capsys.readouterr().err
    assert "Lỗi: không dùng được máy tính --engine" in told
    assert "không tìm thấy Java" in told
    assert "bỏ --engine spark" in told


def test_index_on_spark_without_pyspark_says_what_to_do(
    hailong: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)  # what Python does where it is not installed
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    assert hailong("index", "--month", MONTH, "--engine", "spark") == 2
    told = capsys.readouterr().err
    assert "chưa cài PySpark" in told
    assert "pip install 'hailong[spark]'" in told


def test_export_then_export_again_then_reconcile(hailong: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert hailong("export", "--month", MONTH) == 0
    assert "Released" in capsys.readouterr().out
    sealed = tmp_path / f"exports/{MONTH}/r1/manifest.json"
    # The first reader need not wait.
    shelved = hashlib.sha256(sealed.read_bytes()).hexdigest()
    assert [file.stem for file in (tmp_path / "var/shelf").iterdir()] == [shelved]
    assert hailong("export", "--month", MONTH) == 0
    assert "r1 is current" in capsys.readouterr().out
    assert hailong("reconcile") == 0
    assert "khớp / agrees" in capsys.readouterr().out


def test_reconcile_says_what_differs_with_exit_code_3(
    hailong: Run, capsys: pytest.CaptureFixture[str], sqlite_url: str
):
    assert hailong("export", "--month", MONTH) == 0
    engine = make_engine(sqlite_url)
    store(engine, [make_response(999, FORM, month=MONTH, local_day=date(2024, 5, 2))])
    engine.dispose()
    capsys.readouterr()
    assert hailong("reconcile", "--month", MONTH, "--json") == 3
    [line] = json.loads(capsys.readouterr().out)
    assert (line["database"], line["snapshot"], line["export"]) == (61, 60, 60)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["index", "--month", "5/2024"], id="index: no month"),
        pytest.param(["index", "--month", "0000-01"], id="index: no year"),
        pytest.param(["index", "--month", "2999-12"], id="index: far away"),
        pytest.param(["index", "--month", "2024-06"], id="index: nobody answered"),
        pytest.param(["index", "--month", MONTH, "--snapshots", "moon"], id="index: no folder of snapshots"),
        pytest.param(["index", "--month", MONTH, "--form", "moon"], id="index: unknown form"),
        pytest.param(["index", "--month", MONTH, "--unit", "moon"], id="index: unknown unit"),
        pytest.param(["reconcile", "--month", "moon"], id="reconcile: no month"),
        pytest.param(["export", "--month", "2024-13"], id="export: no month"),
        pytest.param(["export", "--month", "2999-12"], id="export: not over"),
        pytest.param(["export", "--month", "2024-06"], id="export: nobody answered"),
    ],
)
def test_wrong_use_is_exit_code_2_and_says_why(
    hailong: Run, capsys: pytest.CaptureFixture[str], words: list[str], tmp_path: Path
):
    assert hailong(*words) == 2
    assert "Lỗi:" in capsys.readouterr().err
    assert not list(tmp_path.glob("exports/*/r*"))
