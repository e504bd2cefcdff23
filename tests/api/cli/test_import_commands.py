"""The import commands as they are typed: exit codes, what is printed, what is written beside."""

from pathlib import Path

import pytest

from api.cli.main import main
from api.registry.import_procedures import STARTER

SCENARIO = Path(__file__).parents[2] / "scenarios" / "resident_2021q3"


@pytest.fixture
def hailong(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    """Run the command with these words; its exit code."""
    monkeypatch.setenv("HAILONG_DATABASE_URL", sqlite_url)

    def run(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["hailong", "import", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    return run


def test_official_units_twice(hailong, capsys: pytest.CaptureFixture[str]):
    assert hailong("units", "--official") == 0
    assert "added 14.149; sửa / changed 0; đã có / known 0" in capsys.readouterr().out
    assert hailong("units", "--official") == 0
    assert "added 0; sửa / changed 0; đã có / known 14.149" in capsys.readouterr().out


def test_a_units_file_with_problems(hailong, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "units.csv"
    path.write_text("code,name,kind,parent,valid_from,valid_to\n=1+1,Sở,x,9,2025-07-01,\n", encoding="utf-8")
    assert hailong("units", str(path)) == 2
    assert "kind_unknown" in capsys.readouterr().err
    listed = (tmp_path / "units.csv.problems.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed[0] == "row,column,code,vi,en,value"
    assert [line.split(",")[:3] for line in listed[1:]] == [["2", "code", "code"], ["2", "kind", "kind_unknown"]]
    assert listed[1].endswith("'=1+1")  # opened in a spreadsheet, it does not run


def test_starter_procedures_and_a_procedures_file(hailong):
    assert hailong("procedures", "--starter") == 0
    assert hailong("procedures", str(STARTER)) == 0
    assert hailong("procedures") == 2
    assert hailong("procedures", str(STARTER), "--starter") == 2


def test_counters_of_a_registered_unit(hailong, tmp_path: Path):
    path = tmp_path / "counters.csv"
    path.write_text("code,unit,name,valid_from\nq1,kmco-1,Quầy 1,2021-01-01\n", encoding="utf-8")
    assert hailong("counters", str(path)) == 2
    path.write_text("code,unit,name,valid_from\nq1,kcmo-1,Quầy 1,2021-01-01\n", encoding="utf-8")
    assert hailong("units", str(SCENARIO / "units.csv")) == 0
    assert hailong("counters", str(path)) == 0


def test_an_unusable_mapping_and_an_unusable_file(hailong, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mapping = SCENARIO / "mapping.yaml"
    assert hailong("responses", str(tmp_path / "none.csv"), "--mapping", str(mapping)) == 2  # form not shipped
    told = capsys.readouterr().err
    assert "key: form" in told
    assert "Traceback" not in told
    assert hailong("transactions", str(tmp_path / "none.csv"), "--as", "counts") == 2
    assert "Không có tệp" in capsys.readouterr().err
