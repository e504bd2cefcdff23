"""How the pages of signals answer: with their words, and what is wrong above."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import Request, Response

from analysis.quality.signals.sentences import SENTENCES, name_kind
from api.errors import HailongError
from api.staff_access.frame import language_of, reply_staff_page
from api.staff_access.staff import Staff
from api.tables import Signal

CATALOGUE = Path(__file__).with_name("texts.yaml")


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Every text by its key, in ``language``."""
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return {key: wordings[language] for key, wordings in catalogue.items()}


def reply_signal_page(
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
    return reply_staff_page(
        request,
        template,
        title=title or texts["title"],
        staff=staff,
        path=path,
        status=error.status if error else 200,
        texts=texts,
        done=done,
        language=language,
        kinds={kind: name_kind(kind, language) for kind in SENTENCES},
        reason_of=lambda signal: _reason(signal, language),
        when=lambda instant: instant.astimezone(zone).strftime("%d/%m/%Y %H:%M"),
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
