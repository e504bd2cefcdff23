"""``hailong check-words``: which words of the pages, and which forms, a language still lacks."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from api.errors import FileUnusable
from survey_forms.loader import load_catalogue
from survey_forms.pages.languages import FOLDER, PSEUDO, Language, read_languages


def check_words(
    language: Annotated[
        str | None, typer.Argument(help="Mã BCP 47, ví dụ tyz; để trống: tất cả / A tag; without: all languages.")
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(help="Ghi tệp để dịch: tiếng Việt ở chú thích / Write a file for the translator."),
    ] = None,
) -> None:
    """Liệt kê từ còn thiếu của từng ngôn ngữ / List what each language lacks. Exit code 2: a word is wrong."""
    languages = {tag: found for tag, found in read_languages(FOLDER).items() if tag not in PSEUDO}
    if language is not None and language not in languages:
        raise FileUnusable(
            "unknown_language",
            f"Không có ngôn ngữ {language}; có: {', '.join(languages)}",
            f"There is no language {language}; there are: {', '.join(languages)}",
            [],
        )
    shown = [languages[language]] if language else list(languages.values())
    for found in shown:
        typer.echo(_summarise(found))
    if language:
        for word in languages[language].missing:
            typer.echo(f"  {word}: {languages['vi'].words[word]}")
        if draft:
            _write_draft(languages[language], languages["vi"], draft)
            typer.echo(f"Đã ghi / Written: {draft}")
    spare = [f"{found.tag}: {word}" for found in shown for word in found.spare]
    if spare:
        raise FileUnusable(
            "spare_words",
            f"Từ không trang nào dùng, hãy xoá: {', '.join(spare)}",
            f"Words that no page uses, please remove them: {', '.join(spare)}",
            [],
        )


def _summarise(found: Language) -> str:
    total = len(found.words)
    forms = [form for form in load_catalogue().forms if found.tag in form.title]
    return (
        f"{found.tag:<4} {found.name}: {total - len(found.missing)}/{total} từ / words, "
        f"{len(forms)}/{len(load_catalogue().forms)} phiếu / forms"
        + ("" if found.missing else ", hiện cho người dân / offered")
    )


def _write_draft(found: Language, reference: Language, file: Path) -> None:
    lines = [f"# {found.tag} {found.name}: survey_forms/pages/languages/{found.tag}.yaml"]
    for word, text in reference.words.items():
        lines.append(f"# {text}")
        lines.append(yaml.safe_dump({word: "" if word in found.missing else str(found.words[word])},
                                    allow_unicode=True, width=1000).strip())  # fmt: skip
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
