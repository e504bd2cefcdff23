"""Finds and opens snapshots: ``<folder>/<form>/<version>/<month>.parquet``."""

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from analysis.errors import EngineError
from analysis.frames import RESPONSES, check_frame


@dataclass(frozen=True, order=True)
class SnapshotKey:
    """What one snapshot holds: the responses to one form version in one month."""

    form: str
    version: str
    month: str

    def file(self, folder: Path) -> Path:
        """Where the snapshot lies under ``folder``."""
        return folder / self.form / self.version / f"{self.month}.parquet"


def find_snapshots(folder: Path, *, month: str | None = None) -> list[SnapshotKey]:
    """The snapshots under ``folder`` (of ``month`` only, when given), sorted by form, version and month.

    METHODS 8.1.
    """
    found = [
        SnapshotKey(file.parent.parent.name, file.parent.name, file.stem)
        for file in folder.glob("*/*/*.parquet")
        if not file.name.startswith(".")
    ]
    return sorted(key for key in found if month in (None, key.month))


def count_snapshot(folder: Path, key: SnapshotKey) -> int:
    """How many responses the snapshot of ``key`` holds. METHODS 8.1."""
    return int(pl.scan_parquet(key.file(folder)).select(pl.len()).collect().item())


def open_snapshot(folder: Path, key: SnapshotKey) -> pl.LazyFrame:
    """The responses of ``key``, lazily: one row per response, columns ``frames.RESPONSES`` and the answers.

    Raises
    ------
    FrameError
        If the file does not keep the contract.
    FileNotFoundError
        If there is no such snapshot.

    References
    ----------
    METHODS 8.1.
    """
    opened = pl.scan_parquet(key.file(folder))
    check_frame(opened, RESPONSES, f"snapshot {key.form} {key.version} {key.month}")
    return opened


def open_spark_snapshot(
    session: Any, folder: Path, key: SnapshotKey, *, excluded: Collection[str] = ()
) -> nw.LazyFrame:
    """``open_snapshot`` on Spark, marked ``is_excluded`` where some ids are given. METHODS 8.1, 20.3, 22.8."""
    opened = nw.from_native(session.read.parquet(str(key.file(folder).resolve()))).lazy()
    if not excluded:
        return opened
    return opened.with_columns(nw.col("response_id").is_in(sorted(excluded)).alias("is_excluded"))


def open_spark(name: str = "hailong") -> Any:
    """A Spark session: the one that is running, else a local one on all cores, quiet and without a web page.

    Raises
    ------
    EngineError
        PySpark or Java is not installed, or Java is too old for it.

    References
    ----------
    METHODS 20.3.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineError(
            ["chưa cài PySpark / PySpark is not installed"], "Hãy cài / Install: pip install 'hailong[spark]'."
        ) from None
    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    home = os.environ.get("JAVA_HOME")
    if (shutil.which("java") if home is None else shutil.which("java", path=f"{home}/bin")) is None:
        raise EngineError(
            ["không tìm thấy Java, Spark cần Java 17 trở lên / Java is missing, Spark needs Java 17 or later"],
            _JAVA,
        )
    made = (
        SparkSession.builder.master("local[*]")
        .appName(name)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
    )
    try:
        return made.getOrCreate()
    except PySparkException as error:
        raise EngineError(
            [f"Spark không khởi động được, cần Java 17 trở lên / Spark does not start, it needs Java 17: {error}"],
            _JAVA,
        ) from None


_JAVA = "Hãy cài Java, hoặc bỏ --engine spark / Install Java, or leave out --engine spark."
