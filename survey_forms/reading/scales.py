"""Scales by name, and the one form of a scale that goes into a hash."""

from survey_forms.form import Scale
from survey_forms.reading.field import IDENTIFIER, Field

STYLES = ("buttons", "stars", "faces")
MOST_LEVELS = 11


def read_scales(root: Field) -> dict[str, Scale]:
    """Every scale of a file of scales, by its id."""
    scales = {}
    for name, entry in root.pairs():
        if not IDENTIFIER.fullmatch(name):
            entry.fail(f"mã dạng / an id like {IDENTIFIER.pattern}", name)
        taken = entry.take(required=("style", "labels"))
        labels = tuple(label.text() for label in taken["labels"].items(at_least=2))
        if len(labels) > MOST_LEVELS:
            taken["labels"].fail(f"nhiều nhất {MOST_LEVELS} mức / at most {MOST_LEVELS} levels", f"{len(labels)}")
        style = taken["style"].string()
        if style and style not in STYLES:
            taken["style"].fail(f"một trong / one of {', '.join(STYLES)}")
        scales[name] = Scale(name, labels, style)
    return scales


def describe_scale(scale: Scale) -> dict[str, object]:
    """``scale`` as plain data, whatever its file looked like."""
    return {"id": scale.id, "style": scale.style, "labels": [dict(label) for label in scale.labels]}
