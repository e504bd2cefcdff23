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
            return {"version": consent.version, **consent.channels[channel]}
    return None
