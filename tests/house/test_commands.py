"""Every command tells what it does and what each of its options means, in Vietnamese and in English."""

import re
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.house.command_tree import Path, walk_commands

VIETNAMESE = re.compile(r"[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.IGNORECASE)
ENGLISH = re.compile(r"\b[a-z]{2,}\b", re.IGNORECASE)


COMMANDS = [pytest.param(path, command, id=" ".join(("hailong", *path))) for path, command in walk_commands()]


def test_the_tree_has_its_commands():
    assert len(COMMANDS) > 15


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_every_command_has_help_in_both_languages(path: Path, command: Any):
    assert CliRunner().invoke(app, [*path, "--help"]).exit_code == 0
    assert_bilingual(command.help)


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_every_option_has_help_in_both_languages(path: Path, command: Any):
    told = {found.name: getattr(found, "help", None) for found in command.params}
    for name, help in told.items():
        assert help, name
        assert_bilingual(help)


def assert_bilingual(help: str | None) -> None:
    vietnamese, _, english = (help or "").partition(" / ")
    assert VIETNAMESE.search(vietnamese), help
    assert ENGLISH.search(english), help
