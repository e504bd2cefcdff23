"""Released months over HTTP: the published indices for everyone, the sealed files for holders of a key."""

import json
from pathlib import Path
from typing import Any

import polars as pl
from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from analysis.release.cells import guard_text
from analysis.release.reading import (
    REVISION,
    Release,
    UnknownRelease,
    latest_release,
    open_release,
    read_units,
    released_months,
    revisions,
)
from analysis.release.shelf import open_shelf
from api.auth import require_scope
from api.errors import HailongError, NotThere
from api.releases.choice import Choice, read_choice
from api.settings import Settings

MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
}

router = APIRouter(prefix="/api/v1", tags=["releases"])


class BrokenRelease(HailongError):
    """A sealed file that is gone or has another size: nothing is served that the manifest does not vouch for."""

    status = 500


@router.get("/indices")
def show_indices(request: Request) -> Response:
    """Published indices of a month (the newest released by default), by unit, procedure or channel."""
    choice = read_choice(request.query_params)
    release = _open(_exports(request), choice.month)
    if "form" in choice.equal:
        _check_form(release, choice.equal["form"])
    etag = f'"{release.manifest_sha256[:32]}-{choice.format}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    rows = choice.pick(open_shelf(release, _settings(request).shelf_folder), read_units(release))
    total = rows.select(pl.len()).collect().item()
    page = rows.slice(choice.offset, choice.limit).collect()
    headers = {"ETag": etag, "Cache-Control": "no-cache", "X-Total-Count": str(total)}
    if choice.format == "csv":
        return Response(guard_text(page).write_csv(), media_type=MEDIA_TYPES[".csv"], headers=headers)
    return Response(_as_json(page, release, choice, total), media_type=MEDIA_TYPES[".json"], headers=headers)


@router.get("/exports", dependencies=[Depends(require_scope("export"))])
def list_exports(request: Request) -> dict[str, Any]:
    """The released months, newest first, each with its revisions."""
    folder = _exports(request)
    months = reversed(released_months(folder))
    return {"months": [{"month": month, "revisions": _revisions(folder, month)} for month in months]}


@router.get("/exports/{month}", dependencies=[Depends(require_scope("export"))])
def show_export(request: Request, month: str) -> dict[str, Any]:
    """One released month: the files of every revision, and the newest manifest."""
    release = _open(_exports(request), month)
    return {"month": month, "revisions": _revisions(_exports(request), month), "manifest": release.manifest}


@router.get("/exports/{month}/{revision}/{file}", dependencies=[Depends(require_scope("export"))])
def download_file(request: Request, month: str, revision: str, file: str) -> Response:
    """One sealed file; only names that stand in the manifest, so no path leads out of the folder."""
    release = _open(_exports(request), month, revision)
    if file == "manifest.json":
        sha256 = release.manifest_sha256
    elif file in release.files:
        sha256 = release.files[file]["sha256"]
        _check_size(release, file)
    else:
        raise NotThere(
            "unknown_file",
            f"Bản công bố {month}/{revision} không có tệp {file[:100]}",
            f"The export {month}/{revision} has no file {file[:100]}",
            known=["manifest.json", *release.files],
        )
    etag = f'"{sha256}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return FileResponse(
        release.folder / file,
        media_type=MEDIA_TYPES[Path(file).suffix],
        filename=f"{month}-{revision}-{file}",
        headers={"ETag": etag, "Cache-Control": "private, no-cache"},
    )


def _as_json(page: pl.DataFrame, release: Release, choice: Choice, total: int) -> bytes:
    meta = {
        "month": release.month,
        "revision": f"r{release.revision}",
        "manifest_sha256": release.manifest_sha256,
        "is_demonstration": release.manifest["is_demonstration"],
        "forms": release.manifest["forms"],
        "by": sorted(choice.by),
        "total": total,
        "limit": choice.limit,
        "offset": choice.offset,
    }
    told = json.dumps(meta, ensure_ascii=False).encode()
    return b'{"meta": %s, "rows": %s}' % (told, page.write_json().encode())


def _open(folder: Path, month: str | None, revision: str | None = None) -> Release:
    try:
        if month is None:
            newest = latest_release(folder)
            if newest is None:
                raise UnknownRelease("–", None, [])
            return newest
        wanted = REVISION.fullmatch(revision) if revision else None
        if revision and not wanted:
            raise UnknownRelease(month, None, [f"r{number}" for number in revisions(folder, month)])
        return open_release(folder, month, int(wanted[1]) if wanted else None)
    except UnknownRelease as error:
        raise NotThere(
            "unknown_release",
            f"Chưa công bố: {error.month[:20]}",
            f"Not released: {error.month[:20]}",
            known=error.known,
        ) from None


def _check_form(release: Release, form: str) -> None:
    known = sorted({entry["form"] for entry in release.manifest["forms"]})
    if form not in known:
        raise NotThere(
            "unknown_form",
            f"Tháng {release.month} không có phiếu {form[:60]}",
            f"{release.month} has no form {form[:60]}",
            known=known,
        )


def _check_size(release: Release, file: str) -> None:
    found = release.folder / file
    if not found.is_file() or found.stat().st_size != release.files[file]["bytes"]:
        raise BrokenRelease(
            "broken_release",
            f"Tệp {file} của bản công bố không còn nguyên; chạy hailong reconcile",
            f"The sealed file {file} is not as it was sealed; run hailong reconcile",
        )


def _revisions(folder: Path, month: str) -> list[dict[str, Any]]:
    return [_describe(open_release(folder, month, number)) for number in reversed(revisions(folder, month))]


def _describe(release: Release) -> dict[str, Any]:
    base = f"/api/v1/exports/{release.month}/r{release.revision}"
    own = {"name": "manifest.json", "sha256": release.manifest_sha256, "href": f"{base}/manifest.json"}
    files = [{**entry, "href": f"{base}/{name}"} for name, entry in release.files.items()]
    return {
        "revision": f"r{release.revision}",
        "is_demonstration": release.manifest["is_demonstration"],
        "files": [own, *files],
    }


def _exports(request: Request) -> Path:
    return _settings(request).exports_folder


def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)
    return settings
