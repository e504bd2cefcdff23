"""Settings of one running service: frozen, read from the environment once, never at import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

PREFIX = "HAILONG_"


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; the environment variable is ``HAILONG_`` and the name in capitals."""

    database_url: str = "sqlite:///var/hailong.sqlite3"
    var_folder: Path = Path("var")
    exports_folder: Path = Path("exports")
    forms_folder: Path = Path("forms")  # an office's own questionnaires, beside the shipped ones
    timezone: str = "Asia/Ho_Chi_Minh"
    body_bytes_max: int = 262_144
    batch_bytes_max: int = 8_388_608
    batch_items_max: int = 500
    public_posts_per_minute: int = 600
    confidence: float = 0.95
    small_cell: int = 10  # METHODS 7.1
    export_licence: str = "CC-BY-4.0"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days and months are counted."""
        return ZoneInfo(self.timezone)

    @property
    def snapshots_folder(self) -> Path:
        """Where typed Parquet snapshots lie."""
        return self.var_folder / "snapshots"

    @property
    def shelf_folder(self) -> Path:
        """Where typed copies of released indices lie; may be deleted at any time."""
        return self.var_folder / "shelf"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Build the settings from ``environ``; a value that cannot be read names its variable."""
    given = {}
    for name, default in vars(Settings()).items():
        raw = environ.get(PREFIX + name.upper())
        if raw is None:
            continue
        try:
            given[name] = type(default)(raw)
        except ValueError as error:
            raise ValueError(f"{PREFIX}{name.upper()}={raw!r}: expected {type(default).__name__}") from error
    return Settings(**given)
