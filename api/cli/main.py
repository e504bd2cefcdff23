"""``hailong``: joins the commands and turns errors into exit codes.

Exit codes: 0 done; 1 our bug; 2 wrong use, or a file, a setting or a database that cannot be used; 3 some rows
rejected or a difference found; 130 stopped with Ctrl-C.
"""

import sys
from typing import NoReturn

import typer
from sqlalchemy.exc import InterfaceError, OperationalError

from analysis.errors import EngineError
from api.cli import (
    api_key,
    check_figures,
    check_form,
    check_words,
    comments,
    demo,
    export,
    import_group,
    index,
    interviews,
    invitations,
    kiosk,
    migrate,
    nightly,
    paper,
    qr,
    reconcile,
    serve,
    signals,
    staff,
)
from api.errors import HailongError, database_away
from survey_forms.errors import SurveyFormsError

EXIT_STOPPED = 130

app = typer.Typer(
    name="hailong",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Khảo sát và chỉ số hài lòng / Satisfaction surveys and indices.",
)
app.command("serve")(serve.serve)
app.command("migrate")(migrate.migrate)
app.command("demo")(demo.demo)
app.command("check-form")(check_form.check_form)
app.command("check-words")(check_words.check_words)
app.command("check-figures")(check_figures.check_figures)
app.command("index")(index.index)
app.command("export")(export.export)
app.command("interviews")(interviews.interviews)
app.command("nightly")(nightly.nightly)
app.command("qr")(qr.qr)
app.command("reconcile")(reconcile.reconcile)
app.add_typer(api_key.app, name="api-key")
app.add_typer(import_group.app, name="import")
app.add_typer(invitations.app, name="invitations")
app.add_typer(comments.app, name="comments")
app.add_typer(comments.keys_app, name="keys")
app.add_typer(kiosk.app, name="kiosk")
app.add_typer(signals.app, name="signals")
app.add_typer(paper.app, name="paper")
app.add_typer(staff.app, name="staff")


def main() -> None:
    """Entry point of the command."""
    try:
        app()
    except SystemExit as ended:
        if ended.code == EXIT_STOPPED:
            print("Đã dừng. / Stopped.", file=sys.stderr)
        raise
    except HailongError as error:
        lines = [", ".join(f"{key}: {value}" for key, value in problem.items()) for problem in error.problems]
        _refuse(error.vi, error.en, lines)
    except (OperationalError, InterfaceError) as error:  # it answered at the start of the command
        away, why = database_away(), " ".join(str(error.orig).split())
        _refuse(f"{away.vi} ({why})", f"{away.en} ({why})", [])
    except EngineError as error:
        _refuse("không dùng được máy tính --engine", "the engine cannot be used", [*error.problems, error.remedy])
    except OSError as error:
        _refuse(f"không đọc hoặc ghi được tệp: {error}", f"a file cannot be read or written: {error}", [])
    except SurveyFormsError as error:
        _refuse("phiếu khảo sát không dùng được", "the questionnaire cannot be used", str(error).splitlines())


def _refuse(vi: str, en: str, problems: list[str]) -> NoReturn:
    print(f"Lỗi: {vi}\nError: {en}", file=sys.stderr)
    for problem in problems:
        print(f"  - {problem}", file=sys.stderr)
    raise SystemExit(2) from None
