"""How the pages of signals answer: with their words, and what is wrong above."""

from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request, Response

from analysis.quality.signals.sentences import SENTENCES, name_kind
from api.errors import HailongError
from api.staff_access.frame import language_of
from api.staff_access.staff import Staff
from api.staff_access.worded import reply_worded_page
from api.tables import Signal
from api.texts import read_texts

CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)


def reply_signal_page(
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
        kinds={kind: name_kind(kind, language) for kind in SENTENCES},
        reason_of=lambda signal: _reason(signal, language),
        mistake=None if error is None else (error.en if language == "en" else error.vi),
        **given,
    )


def show_chance(p: float | None, language: str) -> str:
    """``1 : 2.400``, or words where the rule is no test."""
    if p is None:
        return load_texts(language)["chance_none"]
    if p < 1e-9:
        return "< 1 : 1.000.000.000" if language == "vi" else "< 1 : 1,000,000,000"
    text = f"{round(1 / p):,}"
    return f"1 : {text.replace(',', '.') if language == 'vi' else text}"


def _reason(signal: Signal, language: str) -> str:
    return signal.reason_en if language == "en" else signal.reason
