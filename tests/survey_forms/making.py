"""Makes tiny questionnaires: the test writes only the questions that matter to it."""

import tempfile
from pathlib import Path
from textwrap import dedent, indent

from survey_forms.form import Form
from survey_forms.loader import load_form, load_scales

HEAD = """\
form: tiny
version: "1"
title: {vi: Phiếu nhỏ, en: Tiny form}
intro: {vi: Xin chào, en: Hello}
thanks: {vi: Cảm ơn, en: Thank you}
audience: citizen
is_representative: true
legal_basis: {document: 1/QĐ, valid_from: 2026-01-01}
sections:
  - id: all
    title: {vi: Chung, en: General}
    questions:
"""
SCALES = """\
five:
  style: buttons
  labels: [{vi: "1", en: "1"}, {vi: "2", en: "2"}, {vi: "3", en: "3"}, {vi: "4", en: "4"}, {vi: "5", en: "5"}]
three:
  style: faces
  labels: [{vi: Kém, en: Bad}, {vi: Vừa, en: Fair}, {vi: Tốt, en: Good}]
"""
RATING = "- {id: q1, type: rating, text: {vi: Một, en: One}, scale: five}"


def form_yaml(questions: str = RATING, *, index: str = "", head: str = HEAD) -> str:
    """The YAML of a form of these questions; ``index`` is what stands below the key of that name."""
    text = head + indent(dedent(questions).strip(), " " * 6) + "\n"
    return text + ("index:\n" + indent(dedent(index).strip(), "  ") + "\n" if index else "")


def load_text(text: str, *, scales: str = SCALES, folder: Path | None = None) -> Form:
    """The form written in ``text``."""
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        (Path(beside) / "scales.yaml").write_text(scales, "utf-8")
        (Path(beside) / "form.yaml").write_text(text, "utf-8")
        return load_form(Path(beside) / "form.yaml", load_scales(Path(beside) / "scales.yaml"))


def make_form(questions: str = RATING, *, index: str = "") -> Form:
    return load_text(form_yaml(questions, index=index))
