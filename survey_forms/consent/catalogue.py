"""The texts of consent there are, and which one holds on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Consent:
    """One version: what is said in each channel of a response, in both languages."""

    version: str
    valid_from: date
    legal_basis: str
    channels: Mapping[str, Mapping[str, str]]


@cache
def read_consents() -> tuple[Consent, ...]:
    """Every version, the oldest first."""
    read = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.yaml")]
    return tuple(sorted((Consent(**one) for one in read), key=lambda consent: consent.valid_from))


def is_consent(version: str) -> bool:
    """True for a version that was once said."""
    return any(consent.version == version for consent in read_consents())


def find_consent(channel: str, day: date) -> dict[str, str] | None:
    """``version``, ``vi`` and ``en`` of what is said in ``channel`` on ``day``; None where nothing is."""
    for consent in reversed(read_consents()):
        if consent.valid_from <= day and channel in consent.channels:
            return _say(consent, channel)
    return None


def recall_consent(channel: str, version: str | None) -> dict[str, str] | None:
    """The same of a ``version`` that was said before; None where it says nothing in ``channel``."""
    said = (one for one in read_consents() if one.version == version and channel in one.channels)
    return next((_say(one, channel) for one in said), None)


def _say(consent: Consent, channel: str) -> dict[str, str]:
    return {"version": consent.version, **consent.channels[channel]}
