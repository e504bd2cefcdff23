"""A register, a key, and lists of finished cases."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from api.invitations.importing import Asking
from api.settings import Settings
from tests.registered import add_register

KEY = "kho-bau-cua-bien-dong-0123456789-abcdef"


@pytest.fixture(autouse=True)
def registry(request: pytest.FixtureRequest) -> None:
    """What stands in the register of a test that has a database or a client."""
    if {"engine", "client"} & set(request.fixturenames):
        add_register(request.getfixturevalue("engine"))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, invitation_key=KEY, invitation_cell=3, public_url="https://khaosat.example.vn")


@pytest.fixture
def asking(settings: Settings) -> Asking:
    return Asking("one_stop", "invited", KEY, settings.invitation_days, settings.invitation_cell)


@pytest.fixture
def write_cases(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows of (dossier, procedure, unit, day[, residence]) as CSV."""

    def write(*rows: tuple[str, ...], name: str = "cases.csv") -> Path:
        header = ("dossier", "procedure", "unit_filed", "result_day", "unit_residence")
        lines = [",".join(header), *(",".join((*row, "")[:5]) for row in rows)]
        path = tmp_path / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write
