"""The freeze: the hash of every released form version, and that none of them changed."""

import os
from collections.abc import Iterable
from pathlib import Path

import yaml

from survey_forms.errors import FormError, FormErrors
from survey_forms.form import Form
from survey_forms.reading.field import Field
from survey_forms.reading.source import read_source

RELEASED = "released.yaml"
HEAD = "# form → version → sha256 of what was released. Written by: hailong check-form FILE --freeze\n"

Released = dict[str, dict[str, str]]


def read_released(folder: Path) -> Released:
    """Form → version → sha256 as frozen in ``folder``; empty where nothing was released yet."""
    path = folder / RELEASED
    if not path.is_file():
        return {}
    source = read_source(path)
    released: Released = {}
    for form, versions in Field(source, "", source.data).pairs():
        released[form] = {version: sha256.string() for version, sha256 in versions.pairs()}
    source.raise_problems()
    return released


def find_changed(forms: Iterable[Form], released: Released, folder: Path) -> list[FormError]:
    """What was released and is no longer there, or no longer the same."""
    by_version = {(form.id, form.version): form for form in forms}
    problems = []
    for id, versions in released.items():
        for version, sha256 in versions.items():
            form = by_version.get((id, version))
            if form is None or form.sha256 != sha256:
                problems.append(_changed(folder / id / f"{version}.yaml", sha256, form))
    return problems


def freeze(form: Form, folder: Path) -> bool:
    """Write the hash of ``form`` among the released; False if it stood there already.

    FormErrors if another content was released under the same version.
    """
    released = read_released(folder)
    known = released.get(form.id, {}).get(form.version)
    if known == form.sha256:
        return False
    if known is not None:
        raise FormErrors([_changed(folder / form.id / f"{form.version}.yaml", known, form)])
    released.setdefault(form.id, {})[form.version] = form.sha256
    content = HEAD + yaml.safe_dump(released, default_style=None, sort_keys=True, allow_unicode=True)
    beside = folder / f"{RELEASED}.new"
    beside.write_text(content, "utf-8", newline="\n")
    os.replace(beside, folder / RELEASED)
    return True


def _changed(file: Path, sha256: str, form: Form | None) -> FormError:
    expected = (
        f"nội dung đã phát hành, sha256 {sha256}; muốn sửa thì lập phiên bản mới / "
        f"the content as released, sha256 {sha256}; to change it make a new version"
    )
    return FormError(str(file), "sha256", expected, form.sha256 if form else "không có tệp / no file")
