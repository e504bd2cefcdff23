"""How the fleet pages answer: with their words, in one language, and what is wrong above."""

from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request, Response

from api.errors import HailongError
from api.staff_access.frame import language_of
from api.staff_access.staff import Staff
from api.staff_access.worded import reply_worded_page
from api.texts import read_texts

CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)


def reply_kiosk_page(
    request: Request,
    template: str,
    staff: Staff,
    *,
    error: HailongError | None = None,
    **given: Any,
) -> Response:
    """``template`` with the words of this feature; ``error`` is told above it, and gives the status."""
    language = language_of(request)
    return reply_worded_page(
        request,
        template,
        staff,
        load_texts,
        error=error,
        language=language,
        mistakes=_show(error, language) if error else (),
        **given,
    )


def _show(error: HailongError, language: str) -> list[str]:
    told = [found[language] for found in error.problems if language in found]
    told += [f"{found['field']}: {found['expected']}" for found in error.problems if "expected" in found]
    return told or [error.en if language == "en" else error.vi]
