"""The small JSON file beside a snapshot: what it was made from; made again only when that changes."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from api.sealing import file_beside

LAYOUT = 2  # raise it when the same rows would give other columns


@dataclass(frozen=True)
class Sidecar:
    """``rows_with_other_form`` counts responses whose form hash is not that of the catalogue today."""

    rows: int
    last_received_at: str
    form_sha256: str
    rows_with_other_form: int
    parquet_bytes: int
    parquet_sha256: str
    layout: int = LAYOUT

    def describes(self, *, rows: int, last_received_at: datetime, form_sha256: str, parquet: Path) -> bool:
        """Whether the snapshot still stands for what the database holds."""
        return (
            (self.layout, self.rows, self.last_received_at, self.form_sha256)
            == (LAYOUT, rows, last_received_at.isoformat(), form_sha256)
            and parquet.is_file()
            and parquet.stat().st_size == self.parquet_bytes
        )


def sidecar_file(parquet: Path) -> Path:
    return parquet.with_suffix(".json")


def read_sidecar(parquet: Path) -> Sidecar | None:
    """The sidecar of ``parquet``; None when there is none that can be read: the snapshot is then made anew."""
    try:
        return Sidecar(**json.loads(sidecar_file(parquet).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_sidecar(parquet: Path, sidecar: Sidecar) -> None:
    with file_beside(sidecar_file(parquet)) as beside:
        beside.write_text(json.dumps(asdict(sidecar), indent=2) + "\n", encoding="utf-8")
