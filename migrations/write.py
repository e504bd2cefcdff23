"""``make migration NAME="what changes"``: the next migration, from what the tables have and the migrations lack.

Read it before it is committed: a renamed column shows as one dropped and one added, and changed CHECK constraints
do not show at all (tests/test_house.py does see them).
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).resolve().parent


def write_migration(name: str) -> Path | None:
    """The file of a new migration called ``name``; None when the migrations build the tables as they are."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    head = ScriptDirectory.from_config(config).get_current_head() or "0000"
    with tempfile.TemporaryDirectory() as folder:
        config.attributes["database_url"] = f"sqlite:///{Path(folder) / 'built.sqlite3'}"
        command.upgrade(config, "head")
        written = command.revision(
            config, name, autogenerate=True, rev_id=f"{int(head) + 1:04d}", process_revision_directives=_drop_empty
        )
    return None if written is None or isinstance(written, list) else Path(written.path)


def _drop_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    if directives[0].upgrade_ops.is_empty():
        directives.clear()


if __name__ == "__main__":
    named = " ".join(sys.argv[1:]).strip()
    if not named:
        sys.exit('Cần tên / A name is needed: make migration NAME="add a column"')
    print(write_migration(named) or "Không có gì khác / Nothing differs")
