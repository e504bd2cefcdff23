"""``python -m tests.survey_forms.screening.measure``: scores screening on the labelled comments, as a table."""

from survey_forms.screening.found import Kind
from survey_forms.screening.screen import VERSION
from tests.survey_forms.screening.labelled import VARIANTS, change, read_labelled, score

FILES = {
    "comments_unseen.txt": "written before the rules",
    "comments_seen.txt": "the rules were written while looking at it",
}


def table(name: str) -> list[str]:
    """Recall (parts wholly masked, under whatever kind) and precision (what was masked touches a part) by kind."""
    columns = [score([change(comment, how) for comment in read_labelled(name)]) for how in VARIANTS.values()]
    lines = [
        "| kind | " + " | ".join(VARIANTS) + " | precision, as written |",
        "|---|" + "---|" * (len(VARIANTS) + 1),
    ]
    for kind in Kind:
        cells = [f"{scores[kind].masked}/{scores[kind].parts}" for scores in columns]
        reported, needless = columns[0][kind].reported, columns[0][kind].needless
        lines.append(f"| {kind.value} | {' | '.join(cells)} | {reported - needless}/{reported} |")
    cells = [
        f"{sum(s.masked for s in scores.values())}/{sum(s.parts for s in scores.values())}" for scores in columns
    ]
    reported, needless = (sum(getattr(s, what) for s in columns[0].values()) for what in ("reported", "needless"))
    return [*lines, f"| all | {' | '.join(cells)} | {reported - needless}/{reported} |"]


def tables() -> str:
    """The part of results.md that follows from the rules of today."""
    parts = [f"Rules {VERSION}\n"]
    for name, told in FILES.items():
        parts.append(f"### {name} ({len(read_labelled(name))} comments, {told})\n")
        parts.append("\n".join(table(name)) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(tables())
