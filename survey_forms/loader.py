"""Questionnaires from their YAML files: one form, or the whole catalogue."""

from collections.abc import Mapping
from pathlib import Path

from survey_forms.catalogued import Catalogue
from survey_forms.errors import FormError, FormErrors, UnknownForm
from survey_forms.form import Form, Scale
from survey_forms.reading.field import Field
from survey_forms.reading.form import read_form
from survey_forms.reading.scales import read_scales
from survey_forms.reading.source import read_source
from survey_forms.released import find_changed, freeze, read_released

__all__ = ["CATALOGUE", "Catalogue", "UnknownForm", "freeze_form", "load_catalogue", "load_form", "load_scales"]

CATALOGUE = Path(__file__).parent / "catalogue"
SCALES = "scales.yaml"


def load_form(path: Path, scales: Mapping[str, Scale] | None = None) -> Form:
    """The form in the file ``path``; FormErrors with all its problems if it cannot be used.

    Without ``scales`` those beside the folder of the file are taken, else those shipped.
    """
    path = Path(path)
    if scales is None:
        beside = path.parent.parent / SCALES
        scales = load_scales(beside if beside.is_file() else CATALOGUE / SCALES)
    source = read_source(path)
    form = read_form(Field(source, "", source.data), scales)
    source.raise_problems()
    return form


def load_scales(path: Path = CATALOGUE / SCALES) -> dict[str, Scale]:
    """The scales in the file ``path`` by id; FormErrors with all its problems."""
    source = read_source(path)
    scales = read_scales(Field(source, "", source.data))
    source.raise_problems()
    return scales


def load_catalogue(folder: Path = CATALOGUE, *, own: Path | None = None) -> Catalogue:
    """Every form in ``folder``, and in ``own`` where that folder exists; FormErrors with all that is wrong.

    Wrong is also a file that does not stand at <form>/<version>.yaml, a released one that has changed, and a
    version that stands in both folders. Forms in ``own`` may name the scales of ``folder``, and add their own.
    """
    scales = load_scales(folder / SCALES)
    forms, problems = _load_folder(folder, scales)
    if own is not None and own.is_dir():
        added = load_scales(own / SCALES) if (own / SCALES).is_file() else {}
        own_forms, own_problems = _load_folder(own, {**scales, **added})
        problems += own_problems + _repeated(forms, own_forms, own)
        forms += own_forms
    if problems:
        raise FormErrors(problems)
    return Catalogue(forms)


def _load_folder(folder: Path, scales: Mapping[str, Scale]) -> tuple[list[Form], list[FormError]]:
    forms: list[Form] = []
    problems: list[FormError] = []
    for path in sorted(folder.glob("*/*.yaml")):
        try:
            form = load_form(path, scales)
        except FormErrors as errors:
            problems += errors.problems
        else:
            forms.append(form)
            problems += _misplaced(form, path)
    if not problems:  # a file that does not load would show up a second time as one that has gone
        problems = find_changed(forms, read_released(folder), folder)
    return forms, problems


def freeze_form(path: Path) -> Form:
    """Load the form at ``path`` in its catalogue and freeze its hash; FormErrors if it may not be."""
    path = Path(path).resolve()
    form = load_form(path)
    problems = _misplaced(form, path)
    if problems:
        raise FormErrors(problems)
    freeze(form, path.parent.parent)
    return form


def _misplaced(form: Form, path: Path) -> list[FormError]:
    wanted, found = f"{form.id}/{form.version}.yaml", f"{path.parent.name}/{path.name}"
    return [] if found == wanted else [FormError(str(path), "form, version", wanted, found)]


def _repeated(forms: list[Form], own_forms: list[Form], own: Path) -> list[FormError]:
    known = {(form.id, form.version) for form in forms}
    wanted = "một phiên bản chưa có / a version not shipped"
    return [
        FormError(str(own / form.id / f"{form.version}.yaml"), "version", wanted, form.version)
        for form in own_forms
        if (form.id, form.version) in known
    ]
