"""``hailong import cases``, ``hailong invitations …`` and ``hailong qr``: what is typed, printed and written."""

import csv
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from api.errors import Conflict, HailongError
from tests.api.invitations.conftest import KEY


@pytest.fixture
def run(engine, database_url, tmp_path, monkeypatch):
    """Runs one command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    given = {"DATABASE_URL": database_url, "INVITATION_KEY": KEY, "INVITATION_CELL": "3"}
    for name, value in (given | {"PUBLIC_URL": "https://khaosat.example.vn", "VAR_FOLDER": "var"}).items():
        monkeypatch.setenv(f"HAILONG_{name}", value)

    def run(*words: str, exit_code: int = 0, **more):
        result = CliRunner().invoke(app, list(words), **more)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result

    return run


@pytest.fixture
def listed(write_cases) -> str:
    """Four cases finished today."""
    today = datetime.now(UTC).date().replace(day=1).isoformat()
    write_cases(*[(f"HS-{number}", "1.000001", "00004", today) for number in range(4)])
    return "cases.csv"


def test_from_a_list_of_cases_to_messages_rates_and_the_close(run, listed, tmp_path):
    printed = run("import", "cases", listed, "--form", "counter").output
    assert "nhận / accepted 4" in printed
    assert "invited 4" in printed

    assert "4 tin / messages" in run("invitations", "invite", "moi.csv").output
    with (tmp_path / "moi.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["dossier"] for line in lines] == ["HS-0", "HS-1", "HS-2", "HS-3"]
    assert all(line["link"].startswith("https://khaosat.example.vn/t#") for line in lines)
    with pytest.raises(Conflict):
        run("invitations", "invite", "moi.csv")
    assert "0 tin / messages" in run("invitations", "remind", "nhac.csv", "--language", "en").output

    run("invitations", "status", "--out", "rates.csv")
    with (tmp_path / "rates.csv").open(encoding="utf-8-sig", newline="") as file:
        [rate] = csv.DictReader(file)
    assert (rate["unit_filed"], rate["invited"], rate["answered"], rate["rate"]) == ("00004", "4", "0", "0.000000")
    assert run("invitations", "status", "--case", "HS-1").output.strip() == "invited"

    month = rate["period"]
    assert run("invitations", "close").output.strip().endswith(": 0")
    run("invitations", "close", "--month", month, input="n\n", exit_code=1)
    assert month in run("invitations", "close", "--month", month, "--yes").output


def test_the_key_is_asked_for_before_the_file_is_read(run, monkeypatch):
    monkeypatch.delenv("HAILONG_INVITATION_KEY")
    with pytest.raises(HailongError) as refused:
        run("import", "cases", "nothing.csv")
    assert refused.value.code == "invitation_key_missing"


def test_a_new_key_is_long_enough_for_the_setting(run, monkeypatch):
    made = run("invitations", "key").stdout.strip()
    monkeypatch.setenv("HAILONG_INVITATION_KEY", made)
    run("invitations", "status")


def test_codes_are_written_for_a_unit_its_counters_and_a_case(run, listed, tmp_path):
    run("qr", "ma", "--unit", "00004")
    run("qr", "ma", "--unit", "00004", "--all-counters", "--layout", "sheet")
    run("import", "cases", listed, "--form", "counter")
    run("qr", "ma", "--case", "HS-2", "--layout", "sticker")

    assert sorted(path.name for path in (tmp_path / "ma").iterdir()) == [
        "qr-00004-sheet-1.svg",
        "qr-00004-stand-1.svg",
        "qr-cases-sticker-1.svg",
    ]
    assert "Quầy 1" in (tmp_path / "ma" / "qr-00004-sheet-1.svg").read_text(encoding="utf-8")
    of_case = tmp_path / "ma" / "qr-cases-sticker-1.svg"
    assert "khaosat.example.vn/t" in of_case.read_text(encoding="utf-8")
    assert "HS-2" not in of_case.read_text(encoding="utf-8")
    assert of_case.stat().st_mode & 0o077 == 0
    run("qr", "ma", exit_code=2)
