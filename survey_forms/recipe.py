"""How the nodes of an index follow from its items: one coefficient per item, summing to 1. METHODS 1.4."""

from collections.abc import Iterable

from survey_forms.form import Aggregation, IndexNode, Recipe


def item_coefficients(node: IndexNode) -> dict[str, float]:
    """What each item column counts for in ``node``; the coefficients sum to 1.

    equal_groups: the mean of the children; equal_items: every item below counts the same, whatever stands
    between; fixed_weights: the children by their weights, brought to a sum of 1.
    """
    if node.item is not None:
        return {node.item: 1.0}
    if node.aggregation is Aggregation.EQUAL_ITEMS:
        items = [below.item for below in node.walk() if below.item is not None]
        return _add_up((item, 1.0 / len(items)) for item in items)
    weights = [child.weight if node.aggregation is Aggregation.FIXED_WEIGHTS else 1.0 for child in node.children]
    total = sum(weights)
    return _add_up(
        (item, weight / total * coefficient)
        for child, weight in zip(node.children, weights, strict=True)
        for item, coefficient in item_coefficients(child).items()
    )


def recipe_nodes(recipe: Recipe) -> dict[str, dict[str, float]]:
    """The coefficients of every node of the tree by its id, top first; the asked overall item is no node."""
    return {node.id: item_coefficients(node) for node in recipe.root.walk()}


def clashing_nodes(root: IndexNode) -> list[str]:
    """Ids that two nodes share although they do not mean the same.

    The top node of a form of one question may carry the id of its only item: both are the same figure.
    """
    seen: dict[str, IndexNode] = {}
    clashing = []
    for node in root.walk():
        first = seen.setdefault(node.id, node)
        if first is not node and (
            first.level == node.level or item_coefficients(first) != item_coefficients(node)
        ):
            clashing.append(node.id)
    return clashing


def _add_up(parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    added: dict[str, float] = {}
    for item, coefficient in parts:
        added[item] = added.get(item, 0.0) + coefficient
    return added
