"""``hailong paper print`` and ``errors`` as they are typed: serials are given once, figures those of the pages."""

import re

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from api.cli.main import app as commands
from api.errors import Conflict, HailongError
from api.tables import AuditEvent, PaperPrinting
from survey_forms.pages.printed.serials import write_serial

SERIAL = re.compile(r'class="serial">Số phiếu<br><strong>([^<]+)<')


@pytest.fixture
def run(database_url, tmp_path, monkeypatch, register):
    """Runs ``hailong paper …`` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAILONG_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str):
        ended = CliRunner().invoke(commands, ["paper", *words])
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        assert ended.exit_code == 0, ended.output
        return ended.output

    return run


def print_sheets(run, file: str, *more: str) -> str:
    return run("print", file, "--form", "counter", "--unit", "00004", *more)


def test_printed_sheets_bear_new_serials_and_again_bears_the_same(run, engine, tmp_path):
    told = print_sheets(run, "one.html", "--sheets", "3")
    print_sheets(run, "two.html", "--sheets", "2", "--counter", "Q1")
    run("print", "again.html", "--again", "1")
    one, two, again = ((tmp_path / name).read_text("utf-8") for name in ("one.html", "two.html", "again.html"))
    assert SERIAL.findall(one) == [write_serial(number) for number in (1, 2, 3)]
    assert SERIAL.findall(two) == [write_serial(number) for number in (4, 5)]
    assert again == one
    assert f"one.html: 3 phiếu / sheets, {write_serial(1)} – {write_serial(3)} (lần in / printing 1)" in told
    assert "Quầy 1" in two
    with Session(engine) as session:
        assert [row.sheets for row in session.exec(select(PaperPrinting).order_by(PaperPrinting.id))] == [3, 2]
        actions = [row.action for row in session.exec(select(AuditEvent))]
    assert actions.count("paper.print") == 2


def test_a_file_that_is_there_is_not_written_over_and_gives_out_no_serial(run, engine, tmp_path):
    (tmp_path / "one.html").write_text("của tôi", "utf-8")
    with pytest.raises(Conflict, match=r"one\.html"):
        print_sheets(run, "one.html")
    assert (tmp_path / "one.html").read_text("utf-8") == "của tôi"
    with Session(engine) as session:
        assert session.exec(select(PaperPrinting)).all() == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("--unit", "99999"), "malformed_printing", id="no such unit"),
        pytest.param(("--unit", "00004", "--form", "nothing"), "malformed_printing", id="no such form"),
        pytest.param(("--unit", "00004", "--sheets", "501"), "malformed_printing", id="too many"),
        pytest.param(("--again", "7"), "unknown_printing", id="no such printing"),
    ],
)
def test_what_cannot_be_printed_leaves_no_file(run, tmp_path, words, code):
    with pytest.raises(HailongError) as refused:
        run("print", "one.html", *words)
    assert refused.value.code == code
    assert not (tmp_path / "one.html").exists()


def test_errors_are_told_by_operator_and_batch_with_n_and_interval(run, printed, first, second):
    start = printed(1)
    batch = first.open_batch(1, 5)
    first.key(batch, start, overall="5", reasons="1")
    first.post(f"/{batch}/finish", f"/{batch}")
    second.key(batch, start, overall="5", reasons="1")
    told = run("errors")
    # 2 boxes keyed twice, none wrong; Wilson at 95 %: 0 to z²/(n + z²) = 3.8415/5.8415 = 65.76 %
    lines = [line.split() for line in told.splitlines() if "0,00–65,76 %" in line]
    assert [line[-7:-4] for line in lines] == [["1", "2", "0"]] * 3
    assert lines[-1][0] == str(batch)
    assert "65,76" not in run("errors", "--unit", "00008")
