"""The notes that stand in the data, in the reader's language, each with the rows it is about."""

from api.results.numbers import write_count
from api.results.published import Scene
from api.results.tables import Line

NAMED_ROWS = 5


def gather_notes(scene: Scene, lines: list[Line]) -> tuple[str, ...]:
    """Notes of the chosen domain first, then those of single rows with the names of up to five of them."""
    main = _split(scene.whole["note"] if scene.whole else None, scene.lang)
    about: dict[str, list[str]] = {}
    for line in lines:
        for note in _split(line.values["note"], scene.lang):
            about.setdefault(note, []).append(line.name)
    single = [_name_rows(note, names, scene) for note, names in about.items() if note not in main]
    return (*main, *single)


def _split(note: str | None, lang: str) -> list[str]:
    """``vi / en | vi / en`` → the texts of one language; a note without translation stays as it is."""
    if not note:
        return []
    pairs = [part.split(" / ", 1) for part in note.split(" | ")]
    return [pair[-1] if lang == "en" else pair[0] for pair in pairs]


def _name_rows(note: str, names: list[str], scene: Scene) -> str:
    listed = "; ".join(names[:NAMED_ROWS])
    if len(names) <= NAMED_ROWS:
        return f"{note} ({listed})"
    return scene.texts["note_rows"].format(note=note, names=listed, count=write_count(len(names), scene.lang))
