"""The main figure in one or two plain sentences, for who never saw a confidence interval."""

from decimal import ROUND_HALF_UP, Decimal

from api.results.numbers import write_points
from api.results.published import Scene
from survey_forms.form import IndexNode, Measure


def say_in_short(scene: Scene) -> tuple[str, ...]:
    """What the figure means and how sure it is; nothing when it is withheld."""
    whole, form = scene.whole, scene.published.form
    if whole is None or whole["estimate"] is None:
        return ()
    sentences = []
    if form and form.recipe and form.recipe.measure is Measure.SATISFIED_SHARE:
        who = "answers" if _is_composite(form.recipe.root, *scene.node) else "people"
        counted = "counted" if "unweighted" in whole["method"] else "weighted"
        points = Decimal(whole["estimate_rounded"]).quantize(Decimal(1), ROUND_HALF_UP)
        sentence = scene.texts[f"lead_{who}_{counted}"]
        sentences.append(sentence.format(points=points, level=form.recipe.satisfied_from))
    if whole["low_rounded"] is not None and whole["high_rounded"] is not None:
        low, high = (write_points(whole[f"{end}_rounded"], scene.lang, unit="") for end in ("low", "high"))
        sentences.append(scene.texts["lead_interval"].format(low=low, high=high))
    return tuple(sentences)


def _is_composite(root: IndexNode, level: str, code: str) -> bool:
    """Whether the node stands for several items; the asked overall question is no node, and one item."""
    node = next((node for node in root.walk() if (node.level, node.id) == (level, code)), None)
    return node is not None and sum(below.item is not None for below in node.walk()) > 1
