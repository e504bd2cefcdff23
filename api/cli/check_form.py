"""``hailong check-form``: all that is wrong with a questionnaire file, or what it will become."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from analysis.release.microdata import released_answers
from api.errors import FileUnusable
from survey_forms.columns import answer_columns
from survey_forms.errors import FormErrors
from survey_forms.form import Form, IndexNode, Recipe
from survey_forms.loader import freeze_form, load_form
from survey_forms.recipe import item_coefficients

ABOUT_PERSON = (
    "  Câu hỏi về chính người trả lời (giới tính, tuổi, sức khỏe…): đặt about_person: true thì không công bố",
    "  / Questions about the person who answers (gender, age, health…): set about_person: true, and the",
    "  answers of single responses are not released",
)


def check_form(
    file: Annotated[Path, typer.Argument(help="Tệp YAML của phiếu / The questionnaire, a YAML file.")],
    freeze: Annotated[
        bool,
        typer.Option(
            "--freeze",
            help="Ghi mã băm vào released.yaml, từ đó không được sửa / From then on it must not change.",
        ),
    ] = False,
) -> None:
    """Kiểm tra tệp phiếu cho người soạn / Check a questionnaire file for its author. Exit code 2: problems."""
    try:
        form = freeze_form(file) if freeze else load_form(file)
    except FormErrors as errors:
        raise FileUnusable(
            "form_invalid",
            f"Phiếu {file} có {len(errors.problems)} lỗi; hãy sửa rồi chạy lại",
            f"The form {file} has {len(errors.problems)} problems; mend them and run again",
            [asdict(found) for found in errors.problems],
        ) from None
    for line in summarise_form(form):
        typer.echo(line)
    if freeze:
        typer.echo("Đã đóng băng / Frozen")


def summarise_form(form: Form) -> Iterator[str]:
    """What a form asks, stores and publishes, line by line."""
    basis = form.legal_basis
    until = f"{basis.valid_to:%d/%m/%Y}" if basis.valid_to else "…"
    yield f"{form.id} {form.version}: {form.title['vi']} / {form.title['en']}"
    yield f"  căn cứ / legal basis: {basis.document}, {basis.valid_from:%d/%m/%Y} – {until}"
    yield f"  sha256: {form.sha256}"
    yield f"Câu hỏi / Questions: {len(form.questions)}"
    for question in form.questions:
        marks = ["*"] if question.required else []
        marks += [f"nếu / if {', '.join(condition.question for condition in question.asked_if)}"] * bool(
            question.asked_if
        )
        yield f"  {question.id:<24} {question.type.value:<10} {' '.join(marks)}".rstrip()
    columns, released = answer_columns(form), {column.name for column in released_answers(form)}
    yield f"Cột / Columns: {len(columns)}"
    for column in columns:
        mark = "  công bố / released" if column.name in released else ""
        yield f"  {column.name:<24} {column.kind:<8}{mark}".rstrip()
    if released:
        yield from ABOUT_PERSON
    yield from _summarise_recipe(form.recipe)


def _summarise_recipe(recipe: Recipe | None) -> Iterator[str]:
    if recipe is None:
        yield "Chỉ số / Index: –"
        return
    yield f"Chỉ số / Index: {recipe.measure.value}, mức hài lòng từ / satisfied from {recipe.satisfied_from}"
    overall = item_coefficients(recipe.root)
    yield from _summarise_node(recipe.root, overall, depth=1)
    if recipe.asked_overall:
        yield f"  hỏi trực tiếp / asked: {recipe.asked_overall}"


def _summarise_node(node: IndexNode, overall: dict[str, float], depth: int) -> Iterator[str]:
    indent = "  " * depth
    if node.item is not None:
        yield f"{indent}{node.id}: {_percent(overall[node.item])} của chỉ số / of the index"
        return
    yield f"{indent}{node.id} ({node.level}, {node.aggregation.value}): {node.title['vi']}"
    for child in node.children:
        yield from _summarise_node(child, overall, depth + 1)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %".replace(".", ",")
