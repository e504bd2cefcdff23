"""How to read the table, in plain words; only of what stands in it."""

from api.results.page import Legend
from api.results.published import Scene
from api.results.tables import Line

MARKS = ("higher", "lower", "unclear")


def build_legend(scene: Scene, lines: list[Line]) -> Legend:
    """The legend of ``lines``."""
    texts, confidence, reference = scene.texts, scene.confidence, scene.reference_name
    compared = [line for line in lines if line.reference is not None]
    marks: tuple[tuple[str, str], ...] = ()
    often = round(100 * scene.indices["confidence"][0])
    sentences = [texts["legend_interval"].format(often=often)]
    if compared and reference:
        drawing = _sentence_on_reference(scene, compared)
        marks = tuple((kind, texts[f"legend_{kind}"].format(reference=reference)) for kind in MARKS)
        sentences.append(texts["legend_chance"].format(reference=reference, chance=100 - often))
    else:
        drawing = texts["legend_drawing_plain"].format(confidence=confidence)
    states = {line.state for line in lines}
    if "few" in states:
        small_cell = scene.published.small_cell
        threshold = texts["threshold"].format(count=small_cell) if small_cell else ""
        sentences.append(texts["legend_few"].format(threshold=threshold))
    if "silent" in states:
        sentences.append(texts["legend_silent"])
    return Legend(drawing, marks, tuple(sentences))


def _sentence_on_reference(scene: Scene, compared: list[Line]) -> str:
    texts, words = scene.texts, {"confidence": scene.confidence, "reference": scene.reference_name}
    rounded = None if scene.whole is None else scene.whole["estimate_rounded"]
    if scene.choice.by == "item" or rounded is None:
        return texts["legend_drawing_items"].format(**words)
    return texts["legend_drawing"].format(value=scene.write_figure(rounded), **words)
