"""What a form page knows beside the answers: first from its address, then from its hidden fields."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

from starlette.datastructures import QueryParams

from api.errors import Malformed, NotSupported
from api.form_pages.queries import Place
from api.receiving.submission import Channel
from survey_forms.pages.languages import find_language
from survey_forms.pages.view import Look

CODE_LETTERS_MAX = 40
ORIGIN_LETTERS_MAX = 260
FIELDS_MAX = 2000
PAGE_CHANNELS = (Channel.QR, Channel.WEB, Channel.PORTAL)
OWN = "_"  # fields of the page, not of the questionnaire, begin with it
# Where forms stand: by themselves, within a page of somebody else, behind an invitation.
PAGE, FRAME, INVITED = "/f", "/widget", "/t"


@dataclass(frozen=True)
class FormContext:
    """``id`` is made with the page, so that sending twice stores once. Empty text: not known."""

    id: UUID
    version: str
    unit: str
    procedure: str
    counter: str
    channel: str
    language: str
    started: str
    mode: str = ""  # simple
    contrast: str = ""  # high
    view: str = ""  # all: every question on one page
    shared: str = ""  # 1: a device that strangers use after this person
    frame: str = ""  # origin of the page it stands in
    base: str = PAGE
    consent: str = ""  # version of what was said before the first question

    @classmethod
    def from_address(cls, query: QueryParams, *, now: datetime, base: str = PAGE) -> Self:
        """A page asked for now."""
        started = now.astimezone(UTC).isoformat(timespec="seconds")
        return cls._read(query, id="", started=started, base=base)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Sequence[str]], *, base: str = PAGE) -> Self:
        """A page that came back."""
        own = {name.removeprefix(OWN): values[-1] for name, values in fields.items() if name.startswith(OWN)}
        return cls._read(own, id=own.get("id", ""), started=own.get("started", ""), base=base)

    @classmethod
    def from_invited(cls, fields: Mapping[str, Sequence[str]]) -> Self:
        """A page of an invited person: nothing of place and time, those are of the invitation."""
        names = ("id", "version", "lang", "mode", "contrast", "view", "consent")
        return cls.from_fields({OWN + name: fields.get(OWN + name) or [""] for name in names}, base=INVITED)

    @classmethod
    def _read(cls, given: Mapping[str, str], *, id: str, started: str, base: str) -> Self:
        channel = Channel.PORTAL.value if base == FRAME else given.get("channel", "")
        return cls(
            id=_read_id(id),
            version=_code(given.get("version", "")),
            unit=_code(given.get("unit", "")),
            procedure=_code(given.get("procedure", "")),
            counter=_code(given.get("counter", "")),
            channel=channel if channel in PAGE_CHANNELS else Channel.WEB.value,
            language=find_language(given.get("lang", "")).tag,
            started=started,
            mode="simple" if given.get("mode") == "simple" else "",
            contrast="high" if given.get("contrast") == "high" else "",
            view="all" if given.get("view") == "all" else "",
            shared="1" if given.get("shared") == "1" else "",
            frame=given.get("frame", "")[:ORIGIN_LETTERS_MAX] if base == FRAME else "",
            base=base,
            consent=_code(given.get("consent", "")),
        )

    @property
    def started_at(self) -> datetime | None:
        """When the page was opened; None when the field was tampered with."""
        try:
            started = datetime.fromisoformat(self.started)
        except ValueError:
            return None
        return started.astimezone(UTC) if started.tzinfo and 2020 <= started.year <= 9000 else None

    def within(self, hosts: Sequence[str]) -> Self:
        """Framed only by one of ``hosts``."""
        return self if self.frame in hosts else replace(self, frame="")

    def turned(self, turn: str) -> Self:
        """Shown as a button of the page asks: ``lang.en``, ``mode.simple``, ``contrast.high``, ``view.all``."""
        name, _, value = turn.partition(".")
        if name == "lang":
            return replace(self, language=find_language(value).tag)
        if name == "mode":
            return replace(self, mode="simple" if value == "simple" else "")
        if name == "contrast":
            return replace(self, contrast="high" if value == "high" else "")
        if name == "view":
            return replace(self, view="all" if value == "all" else "")
        return self

    def look(self, *, is_short: bool) -> Look:
        """How the page is shown."""
        return Look(
            is_stepped=not is_short and self.view != "all",
            is_simple=self.mode == "simple",
            is_contrast=self.contrast == "high",
            is_shared=bool(self.shared),
            has_script=True,
            takes_turns=True,
            frame_origin=self.frame,
        )

    def known(self, place: Place) -> Self:
        """With the codes the registry knows."""
        return replace(self, unit=place.unit, procedure=place.procedure, counter=place.counter)

    def hidden_fields(self, *, asks_unit: bool) -> dict[str, str]:
        """The fields a page carries unseen."""
        fields = {"id": str(self.id), "started": self.started, "version": self.version, "unit": self.unit}
        fields |= {"procedure": self.procedure, "counter": self.counter, "channel": self.channel}
        fields |= {"lang": self.language, "consent": self.consent} | self.display()
        return {
            OWN + name: value for name, value in fields.items() if value and not (asks_unit and name == "unit")
        }

    def address(self, form: str, *, language: str) -> str:
        """Where a fresh page of ``form`` in ``language`` is, for the same place and shown in the same way."""
        names = ("version", "unit", "procedure", "counter", "channel")
        query = {name: value for name in names if (value := getattr(self, name))}
        return f"{self.base}/{form}?{urlencode(query | {'lang': language} | self.display())}"

    def display(self) -> dict[str, str]:
        """What of the way it is shown differs from the ordinary."""
        names = ("mode", "contrast", "view", "shared", "frame")
        return {name: value for name in names if (value := getattr(self, name))}


def read_fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The fields of a posted page, in order; what is no UTF-8 is replaced, nothing a browser sends is refused."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise NotSupported(
            "not_supported",
            "Chỉ nhận application/x-www-form-urlencoded",
            "Only application/x-www-form-urlencoded is read here",
        )
    try:
        text = body.decode("ascii", errors="replace")
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=FIELDS_MAX)
    except ValueError:
        raise Malformed("too_many_fields", "Quá nhiều ô", "Too many fields") from None


def group_fields(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Every value of each field."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        grouped[name].append(value)
    return dict(grouped)


def _code(text: str) -> str:
    text = text.strip()
    return text if len(text) <= CODE_LETTERS_MAX and text.isprintable() else ""


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
