"""What a response is on its way in: the submission, its stored row, the receipt. No rules here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from survey_forms.answers import Answers


class Channel(StrEnum):
    """How the answer came (not how the dossier was filed)."""

    KIOSK = "kiosk"
    QR = "qr"
    WEB = "web"
    PORTAL = "portal"
    PAPER = "paper"
    MAIL = "mail"
    PHONE = "phone"
    INTERVIEWER = "interviewer"


# What somebody without a key may call the way the answer came; the others are keyed in by an office.
PUBLIC_CHANNELS = frozenset({Channel.KIOSK, Channel.QR, Channel.WEB, Channel.PORTAL})


class Selection(StrEnum):
    """How the person came to answer."""

    SELF_SELECTED = "self_selected"
    INVITED = "invited"
    SAMPLE = "sample"
    CENSUS = "census"


class Completeness(StrEnum):
    """How far the person came. Indices leave partial ones out and count flagged ones, saying how many."""

    COMPLETE = "complete"
    PARTIAL = "partial"  # left before the end; never counts as whole
    FLAGGED = "flagged"  # left before the end, and the form keeps such responses


class OptionOrder(StrEnum):
    """From which side the levels ran on the screen."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


@dataclass(frozen=True)
class Submission:
    """A filled form as it was sent, with its types right and nothing else checked.

    ``answers`` are raw (question → value as posted) or already read. ``is_clock_trusted`` says that
    ``submitted_at`` is a date somebody wrote down (an import) or our own clock, not that of a device.
    ``clock_offset_seconds`` is our clock less the device's when it sent this, where that was measured.
    ``durations`` are seconds spent by question; ``consent`` is the version of the text that was agreed to.
    ``is_trapped``: a field that no person sees was filled in; it is stored and counts until somebody decides.
    ``is_public`` says that nobody vouched for it with a key: it may not claim an office's channel and counts as
    self-selected. ``invitation`` is the hash of the single-use token it spends: of when and on what it was given
    only the month is stored.
    """

    id: UUID
    form: str
    version: str
    answers: Mapping[str, object] | Answers
    unit_filed: str
    submitted_at: datetime
    channel: str
    selection: str = Selection.SELF_SELECTED
    language: str = "vi"
    unit_decided: str | None = None
    unit_residence: str | None = None
    procedure: str | None = None
    counter: str | None = None
    started_at: datetime | None = None
    device: str | None = None
    device_sequence: int | None = None
    import_run: int | None = None
    is_demo: bool = False
    is_clock_trusted: bool = False
    is_public: bool = False
    completeness: str = Completeness.COMPLETE
    is_assisted: bool = False
    option_order: str | None = None
    clock_offset_seconds: int | None = None
    durations: Mapping[str, float] | None = None
    consent: str | None = None
    is_trapped: bool = False
    invitation: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ReadyResponse:
    """A submission that passed every check: ``values`` are the columns of ``response``, ``texts`` free text.
    ``invitation``, the token it spends, is never stored with them."""

    id: UUID
    values: Mapping[str, Any]
    texts: Mapping[str, str]
    invitation: str | None = field(default=None, repr=False)

    @property
    def content_hash(self) -> str:
        return str(self.values["content_hash"])


@dataclass(frozen=True)
class Receipt:
    """Proof that the response is on disk. Same id and content: the first receipt again, ``is_new`` False."""

    id: UUID
    is_new: bool
    received_at: datetime
    content_hash: str
