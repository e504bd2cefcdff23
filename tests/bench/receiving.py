"""Receiving: hailong against a bare route on the same database, one process, 64 connections, every commit on disk.

python -m tests.bench.receiving
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, make_url, text
from sqlmodel import Session

from api.cli.migrate import run_migrations
from api.db import begin_write, make_engine
from api.tables import Counter, Procedure, Unit
from tests.postgres_server import execute, free_port, run_postgres
from tests.served_process import run_hailong, run_process

SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = 3  # ours and bare by turns; the median counts


def main() -> None:
    print(f"receiving, 64 connections, {ROUNDS} rounds of {SECONDS:g} s, medians")
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as urls:
        for database, url in urls.items():
            engine = make_engine(url)
            print(f"  {database}: {_durability(engine)}")
            reports: dict[str, list[dict[str, float]]] = {"bare": [], "bare, grouped": [], "hailong": []}
            bare, ours = free_port(), free_port()
            bare_service = ["-m", "tests.bench.bare_service", "--port", str(bare), "--database-url", url]
            with run_process(bare_service, port=bare), run_hailong(url, port=ours):
                for _ in range(ROUNDS):
                    reports["bare"].append(post_load(bare, "/bare"))
                    reports["bare, grouped"].append(post_load(bare, "/bare-grouped"))
                    reports["hailong"].append(post_load(ours, "/api/v1/responses"))
            _print_medians(reports)
            engine.dispose()


def _print_medians(reports: dict[str, list[dict[str, float]]]) -> None:
    medians = {who: sorted(found, key=lambda r: r["per_second"])[ROUNDS // 2] for who, found in reports.items()}
    for who, median in medians.items():
        print(
            f"    {who:14}{median['per_second']:8.0f} responses/s   p50 {median['p50_ms']:6.1f} ms   "
            f"p99 {median['p99_ms']:6.1f} ms"
        )
    ours = medians["hailong"]["per_second"]
    print(f"    ratio to bare {ours / medians['bare']['per_second']:.2f} (wanted ≥ 0.60); p99 wanted < 100 ms")
    print(f"    ratio to bare with grouped commits {ours / medians['bare, grouped']['per_second']:.2f}")


def post_load(port: int, path: str) -> dict[str, float]:
    """What one run of the load client saw; every reply must be a 201."""
    command = [sys.executable, "-m", "tests.bench.load", "--port", str(port), "--path", path]
    out = subprocess.run([*command, "--seconds", str(SECONDS)], check=True, stdout=subprocess.PIPE).stdout
    report = json.loads(out)
    assert set(report["statuses"]) == {"201"}, report["statuses"]
    return report


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """A migrated database of each kind, with the unit, procedure and counter that the load names."""
    sqlite = f"sqlite:///{folder / 'bench.sqlite3'}"
    server = folder / "postgres"
    server.mkdir()
    with run_postgres(server) as root:
        execute(root, "CREATE DATABASE bench")
        postgres = make_url(root).set(database="bench").render_as_string(hide_password=False)
        for url in (sqlite, postgres):
            run_migrations(url)
            register_codes(url)
        yield {"SQLite": sqlite, "PostgreSQL": postgres}


def register_codes(url: str) -> None:
    """Store the unit, procedure and counter that ``tests.bench.load`` names."""
    since = date(2025, 7, 1)
    engine = make_engine(url)
    with Session(engine) as session, session.begin():
        begin_write(session)
        session.add(Unit(code="00004", name="Phường Ba Đình", kind="commune", valid_from=since))
        session.add(Procedure(code="1.000001", name="Đăng ký khai sinh", field="Hộ tịch", level="commune"))
        session.add(Counter(code="Q1", unit_code="00004", name="Quầy 1", valid_from=since))
    engine.dispose()


def _durability(engine: Engine) -> str:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            journal = connection.execute(text("PRAGMA journal_mode")).scalar()
            synchronous = connection.execute(text("PRAGMA synchronous")).scalar()
            return f"journal_mode={journal}, synchronous={synchronous} (2 is FULL)"
        names = ("fsync", "synchronous_commit")
        return ", ".join(f"{name}={connection.execute(text(f'SHOW {name}')).scalar()}" for name in names)


if __name__ == "__main__":
    main()
