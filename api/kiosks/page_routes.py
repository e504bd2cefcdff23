"""``/kiosk``: the page of a tablet, its worker and its files; each version whole, or not at all."""

from fastapi import APIRouter, Request, Response

from api.errors import NotThere
from api.page_reply import FOR_EVER, reply_text
from survey_forms.pages.kiosk.assets import FILE_POLICY, KIOSK_POLICY, MANIFEST, SHELL, WORKER, Assets

router = APIRouter(include_in_schema=False)

ASK_EACH_TIME = "no-cache"


@router.get("/kiosk")
def get_kiosk(request: Request) -> Response:
    """The page as it is now; a tablet that has been here opens its own copy instead."""
    return _reply(request, SHELL, cache=ASK_EACH_TIME)


@router.get("/kiosk/sw.js")
def get_worker(request: Request) -> Response:
    """The service worker: it carries the version and the list of its files, so a new version is a new worker."""
    return _reply(request, WORKER, cache=ASK_EACH_TIME, more={"Service-Worker-Allowed": "/kiosk"})


@router.get("/kiosk/manifest.webmanifest")
def get_manifest(request: Request) -> Response:
    """What the home screen is told."""
    return _reply(request, MANIFEST, cache=ASK_EACH_TIME, media_type="application/manifest+json")


@router.get("/kiosk/app/{version}/{path:path}")
def get_file(version: str, path: str, request: Request) -> Response:
    """A file of the running version. Of another there is none: a worker must not fill its cache with a mixture."""
    assets = _assets(request)
    if version != assets.version or path not in assets.files or path == WORKER:
        raise NotThere("unknown_file", "Không có tệp này trong phiên bản này", "This version has no such file")
    return _reply(request, path, cache=FOR_EVER)


def _reply(
    request: Request, path: str, *, cache: str, media_type: str = "", more: dict[str, str] | None = None
) -> Response:
    assets = _assets(request)
    policy = KIOSK_POLICY if path in (SHELL, WORKER) else FILE_POLICY
    headers = {"Content-Security-Policy": policy, "Cache-Control": cache} | (more or {})
    return reply_text(request, assets.files[path], media_type or assets.media_type(path), headers=headers)


def _assets(request: Request) -> Assets:
    assets: Assets = request.app.state.kiosk_assets
    return assets
