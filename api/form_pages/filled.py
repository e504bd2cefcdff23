"""A form as somebody filled it in: where it is sent, what it carries unseen, its answers or what is wrong."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from api.form_pages.context import INVITED, OWN, FormContext
from api.form_pages.queries import Place
from api.form_pages.words import WORDS
from api.receiving.tokens import normalise_token
from survey_forms.answers import Answers, AnswersInvalid, Problem, drop_unasked, read_answers, read_posted
from survey_forms.form import Form
from survey_forms.pages.languages import find_language

CODE = f"{OWN}code"
ANSWER_PATH = f"{INVITED}/answer"


@dataclass(frozen=True)
class Filled:
    """``code`` is that of an invitation, which knows the place itself; empty on pages open to everybody."""

    form: Form
    context: FormContext
    place: Place
    pairs: Sequence[tuple[str, str]] = ()
    code: str = ""

    @property
    def action(self) -> str:
        """Where the page is sent."""
        return ANSWER_PATH if self.code else f"{self.context.base}/{self.form.id}"

    @property
    def asks_unit(self) -> bool:
        return not self.code and not self.place.unit

    @property
    def asked_in(self) -> str:
        """The language the questions stood in: Vietnamese where the questionnaire has no other."""
        tag = find_language(self.context.language).tag
        return tag if tag in self.form.title else "vi"

    def hidden_fields(self) -> dict[str, str]:
        """What the page carries unseen."""
        fields = self.context.hidden_fields(asks_unit=self.asks_unit)
        return fields | ({CODE: self.code, f"{OWN}kept": kept_name(self.code)} if self.code else {})


def kept_name(code: str) -> str:
    """Under which name a device keeps what was typed for an invitation: two invitations are not mixed up, and the
    code itself is kept only while an answer waits to be sent (form.js)."""
    return hashlib.sha256(f"kept {normalise_token(code)}".encode()).hexdigest()[:16]


def read_filled(filled: Filled) -> tuple[Answers, list[Problem]]:
    """The answers, and every problem of the page together; what was not asked is dropped, a page shows it."""
    problems = []
    if filled.asks_unit:
        code = "unknown_unit" if filled.context.unit else "choose_unit"
        vi, en = (WORDS[language][code].format(code=filled.context.unit) for language in ("vi", "en"))
        problems.append(Problem("_unit", code, vi, en))
    raw = drop_unasked(filled.form, read_posted(filled.form, filled.pairs))
    if not raw:
        return Answers({}, {}), [*problems, Problem("", "empty", WORDS["vi"]["empty"], WORDS["en"]["empty"])]
    try:
        return read_answers(filled.form, raw), problems
    except AnswersInvalid as error:
        return Answers({}, {}), [*problems, *error.problems]
