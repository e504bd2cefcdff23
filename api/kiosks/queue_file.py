"""Takes in the queue a supervisor exported from a tablet: the last way for answers that no network will carry."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from api.audit import record_event
from api.db import begin_write
from api.errors import FileUnusable
from api.kiosks.device_guard import Device, device_of
from api.kiosks.devices import find_device
from api.kiosks.items import mend_text
from api.kiosks.receiving_items import ItemDesk
from api.tables import KioskDevice

KIND = "hailong-queue"
AT_ONCE = 200


@dataclass(frozen=True)
class QueueFile:
    """``items`` are not read yet. ``is_whole`` False: its count or hash is not what its first line says."""

    device: str
    items: list[Any]
    is_whole: bool


@dataclass
class QueueReport:
    """How many of a file are stored now, were known, or went to quarantine (with their problems)."""

    device: Device
    stored: int = 0
    known: int = 0
    refused: list[Mapping[str, Any]] = field(default_factory=list)


def read_queue_file(file: Path) -> QueueFile:
    """The queue in ``file``; FileUnusable when it is none. A line that is cut off is kept as the text it is: it
    will go to quarantine, and the others are stored."""
    head, _, body = file.read_bytes().partition(b"\n")
    try:
        told = json.loads(head)
    except ValueError:
        told = None
    lines = [_read_line(line) for line in body.split(b"\n") if line.strip()]
    if not isinstance(told, dict) or told.get("kind") != KIND or not isinstance(told.get("device"), str):
        raise _unusable(file.name)
    is_whole = told.get("count") == len(lines) and told.get("sha256") in _hashes(body)
    return QueueFile(told["device"], lines, is_whole)


def import_queue(
    desk: ItemDesk,
    queue: QueueFile,
    *,
    now: datetime,
    actor: str = "cli",
    progress: Callable[[int, int], None] | None = None,
) -> QueueReport:
    """Store what is not stored yet; what cannot be stored is kept in quarantine. The same file again changes
    nothing. Also for a tablet that was revoked. NotThere for one that was never ours."""
    with Session(desk.engine, expire_on_commit=False) as session, session.begin():
        begin_write(session)
        row: KioskDevice = find_device(session, queue.device)
        device = device_of(row)
        record_event(
            session, at=now, actor=actor, action="kiosk.import_queue", subject=device.id, unit=device.unit,
            items=len(queue.items),
        )  # fmt: skip
    report = QueueReport(device)
    for start in range(0, len(queue.items), AT_ONCE):
        part = queue.items[start : start + AT_ONCE]
        # A file may lie for days: what its clock was off can only be known by the items themselves.
        results = asyncio.run(desk.receive(device, part, now=now, clock_offset_seconds=None))
        _count(report, results)
        if progress:
            progress(start + len(part), len(queue.items))
    return report


def _count(report: QueueReport, results: list[dict[str, Any]]) -> None:
    for result in results:
        if result["status"] == "stored":
            report.stored += 1
        elif result["status"] == "known":
            report.known += 1
        else:
            report.refused.append(result)


def _read_line(line: bytes) -> Any:
    try:
        return mend_text(json.loads(line))
    except (ValueError, RecursionError):
        return line.decode("utf-8", "replace")


def _hashes(body: bytes) -> set[str]:
    """Of the lines with and without the last line break."""
    return {hashlib.sha256(found).hexdigest() for found in (body, body.rstrip(b"\n"))}


def _unusable(what: str) -> FileUnusable:
    return FileUnusable(
        "no_queue_file",
        f"{what}: không phải tệp hàng đợi của máy; hãy xuất lại từ màn hình giám sát",
        f"{what}: no queue file of a device; export it anew from the supervisor's screen",
    )
