"""How the fleet pages answer: with their words, in one language, and what is wrong above."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request, Response

from api.errors import HailongError
from api.staff_access.frame import language_of, reply_staff_page
from api.staff_access.staff import Staff

CATALOGUE = Path(__file__).with_name("texts.yaml")


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Every text by its key, in ``language``."""
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return {key: wordings[language] for key, wordings in catalogue.items()}


def reply_kiosk_page(
    request: Request,
    template: str,
    staff: Staff,
    *,
    title: str | None = None,
    error: HailongError | None = None,
    path: str | None = None,
    **given: Any,
) -> Response:
    """``template`` with the words of this feature; ``error`` is told above it, and gives the status."""
    language = language_of(request)
    texts, zone = load_texts(language), request.app.state.settings.zone
    done = texts.get(f"done_{request.query_params.get('done', '')}") if error is None else None

    def when(instant: datetime | None) -> str:
        return instant.astimezone(zone).strftime("%d/%m/%Y %H:%M") if instant else ""

    return reply_staff_page(
        request,
        template,
        title=title or texts["title"],
        staff=staff,
        path=path,
        status=error.status if error else 200,
        texts=texts,
        done=done,
        when=when,
        language=language,
        mistakes=_show(error, language) if error else (),
        **given,
    )


def _show(error: HailongError, language: str) -> list[str]:
    told = [found[language] for found in error.problems if language in found]
    told += [f"{found['field']}: {found['expected']}" for found in error.problems if "expected" in found]
    return told or [error.en if language == "en" else error.vi]
