"""What the figure is and how it was made, in sentences; the recipe comes from the form, the rest from the data."""

from api.results.published import Scene
from survey_forms.form import Aggregation, Recipe

# Which sentence is true is read from the words of the column ``method`` (METHODS 10.3).
WEIGHTS = {"weights_post": "post-stratified", "weights_none": "unweighted", "weights_raked": "raked"}
INTERVALS = {
    "interval_wilson": "wilson;",
    "interval_pooled": "wilson on pooled",
    "interval_korn_graubard": "korn",
}


def describe_method(scene: Scene) -> tuple[str, ...]:
    """Measure and recipe, weights, interval, rounding, and the method codes that stand in the data."""
    texts = scene.texts
    form = scene.published.form
    sentences = []
    if form and form.recipe:
        sentences.append(_measure(form.recipe, scene))
        sentences.append(_recipe(form.recipe, scene))
    code = scene.whole["method"] if scene.whole else ""
    sentences += [texts[key] for key, word in WEIGHTS.items() if word in code]
    sentences.append(texts["interval_line"].format(confidence=scene.confidence, interval=_intervals(scene, code)))
    sentences.append(texts["rounding_line"])
    if code:
        sentences.append(texts["method_code"].format(code=code))
    return tuple(sentences)


def _intervals(scene: Scene, code: str) -> str:
    """The intervals in use: items may have another than what joins several of them."""
    codes = scene.indices["method"].unique().to_list() if scene.choice.by == "item" else [code]
    used = [key for key, word in INTERVALS.items() if any(word in code for code in codes)]
    return scene.texts["interval_or"].join(scene.texts[key] for key in used or ["interval_other"])


def _measure(recipe: Recipe, scene: Scene) -> str:
    return scene.texts[f"measure_{recipe.measure}"].format(level=recipe.satisfied_from)


def _recipe(recipe: Recipe, scene: Scene) -> str:
    items = sum(node.item is not None for node in recipe.root.walk())
    if items == 1:
        return scene.texts["recipe_single"]
    children = len(recipe.root.children)
    if recipe.root.aggregation is Aggregation.EQUAL_GROUPS and all(child.item for child in recipe.root.children):
        return scene.texts["recipe_equal_items"].format(items=items)
    return scene.texts[f"recipe_{recipe.root.aggregation}"].format(items=items, children=children)
