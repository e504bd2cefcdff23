"""``hailong`` as a process: whatever goes wrong ends in both languages, an exit code and no traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = "from api.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--port", "1"),
        ("demo",),
        ("index", "--month", "2026-10"),
        ("export", "--month", "2026-10"),
        ("reconcile",),
        ("nightly",),
        ("api-key", "list"),
        ("import", "procedures", "--starter"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_without_a_database_every_command_says_to_migrate(tmp_path: Path, arguments):
    ended = _run(*arguments, HAILONG_DATABASE_URL=f"sqlite:///{tmp_path / 'x.sqlite3'}")

    assert ended.returncode == 2
    assert ended.stderr.count("hailong migrate") == 2  # once in each language
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        pytest.param(("migrate", "--to", "nonsense"), {}, id="unknown revision"),
        pytest.param(("migrate",), {"HAILONG_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x"}, id="server away"),
        pytest.param(("reconcile",), {"HAILONG_TIMEZONE": "Mars"}, id="bad setting"),
    ],
)
def test_wrong_use_is_exit_code_2_in_both_languages(tmp_path: Path, arguments, environment):
    ended = _run(*arguments, **{"HAILONG_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}"} | environment)

    assert ended.returncode == 2
    assert "Lỗi: " in ended.stderr
    assert "Error: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_told_before_any_address(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    assert _run("migrate", HAILONG_DATABASE_URL=url).returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = _run("serve", "--port", str(taken.getsockname()[1]), HAILONG_DATABASE_URL=url)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr
