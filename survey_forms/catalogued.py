"""The forms there are, by id and version, and which of them holds on a day."""

import re
from collections.abc import Iterable
from datetime import date

from survey_forms.errors import UnknownForm
from survey_forms.form import Form


class Catalogue:
    """Every version of every form; a version once released can be asked for for ever."""

    def __init__(self, forms: Iterable[Form]) -> None:
        ordered = sorted(forms, key=lambda form: (form.id, _version_order(form.version)))
        self._by_version = {(form.id, form.version): form for form in ordered}

    @property
    def forms(self) -> tuple[Form, ...]:
        """All forms, by id and then from the oldest version to the newest."""
        return tuple(self._by_version.values())

    def get(self, form: str, version: str) -> Form:
        """That version of that form; UnknownForm with the versions there are."""
        found = self._by_version.get((form, version))
        if found is None:
            raise UnknownForm(form, version, self._known(form))
        return found

    def current(self, form: str, day: date) -> Form:
        """The version to ask on ``day``: of those valid then, the one that became valid last."""
        valid = [found for found in self.forms if found.id == form and _is_valid(found, day)]
        if not valid:
            raise UnknownForm(form, None, self._known(form))
        return max(valid, key=lambda found: (found.legal_basis.valid_from, _version_order(found.version)))

    def _known(self, form: str) -> list[str]:
        versions = [found.version for found in self.forms if found.id == form]
        return versions or sorted({found.id for found in self.forms})


def _is_valid(form: Form, day: date) -> bool:
    basis = form.legal_basis
    return basis.valid_from <= day and (basis.valid_to is None or day <= basis.valid_to)


def _version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """2026.10 comes after 2026.9; a number comes before a word."""
    parts = re.split(r"[.-]", version)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
