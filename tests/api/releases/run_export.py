"""A process that exports October: ``run_export.py DATABASE_URL FOLDER [at what it stops]``.

``kill:<file>`` dies by SIGKILL when it comes to that file; ``limit:<bytes>`` may write no file longer than that,
as on a disk that is full; ``wait:<seconds>`` holds its lock that long.
"""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from api.db import make_engine
from api.errors import HailongError
from tests.api.releases.october import export_october


def main(database_url: str, folder: str, stop: str) -> int:
    kind, _, at = stop.partition(":")

    def progress(step: str, _done: int, _total: int) -> None:
        if kind == "kill" and step == at:
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "limit" and step == "indices.csv":
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(at), int(at)))
        if kind == "wait" and step == "indices.csv":
            time.sleep(float(at))

    try:
        report = export_october(make_engine(database_url), Path(folder), progress=progress)
    except HailongError as error:
        print(error.code)
        return 2
    print(f"r{report.revision} {'new' if report.is_new else 'current'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3], *(sys.argv[3:] or [""])))
