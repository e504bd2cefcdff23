"""The manifest of a released revision: what is in the folder and how it came to be."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.release.reading import Release, file_sha256

FORMAT = "hailong-release/1"


@dataclass(frozen=True)
class Origin:
    """What a revision was made from and with; no instant stands here, so the same data give the same bytes."""

    month: str
    is_demonstration: bool
    forms: Sequence[Mapping[str, Any]]
    code: Mapping[str, str | None]
    method: Mapping[str, Any]
    policy: Mapping[str, Any]
    suppressed: Mapping[str, int]
    seed: int | None = None


def describe_file_bytes(file: Path, rows: int | None) -> dict[str, Any]:
    """Name, size, sha256 and number of rows of one file; METHODS 8.2."""
    return {"name": file.name, "bytes": file.stat().st_size, "sha256": file_sha256(file), "rows": rows}


def hash_content(origin: Origin, tables: Mapping[str, str]) -> str:
    """sha256 of all that makes two revisions of one month differ.

    ``tables`` maps the name of each CSV table to its sha256. The version of the code is left out, and so are
    files that repeat a table (JSON, Parquet): a newer program with the same figures makes no new revision.
    METHODS 8.2.
    """
    told = {
        "month": origin.month,
        "forms": list(origin.forms),
        "method": dict(origin.method),
        "policy": dict(origin.policy),
        "seed": origin.seed,
        "tables": dict(sorted(tables.items())),
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def build_manifest(
    origin: Origin,
    *,
    revision: int,
    previous: Release | None,
    content_sha256: str,
    files: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The document that is written as ``manifest.json``; ``files`` are sorted by name. METHODS 8.2."""
    return {
        "format": FORMAT,
        "month": origin.month,
        "revision": revision,
        "previous": previous and {"revision": previous.revision, "manifest_sha256": previous.manifest_sha256},
        "is_demonstration": origin.is_demonstration,
        "content_sha256": content_sha256,
        "forms": [dict(form) for form in origin.forms],
        "method": dict(origin.method),
        "policy": dict(origin.policy),
        "seed": origin.seed,
        "suppressed": dict(origin.suppressed),
        "code": dict(origin.code),
        "files": sorted((dict(file) for file in files), key=lambda file: file["name"]),
    }
