"""The recipe of a form's index from the key ``index``."""

from collections.abc import Mapping

from survey_forms.form import Aggregation, IndexNode, Measure, Question, QuestionType, Recipe, Scale, Text
from survey_forms.reading.field import Field
from survey_forms.recipe import clashing_nodes

LEVELS = ("overall", "content", "group", "item")
SATISFIED_FROM = 4  # METHODS 1.1: levels 4 and 5 of five; a recipe by satisfied share must say it itself


def read_recipe(field: Field, questions: tuple[Question, ...]) -> Recipe | None:
    """The recipe, or None where a form has no index."""
    if not field.is_there or field.value is None:
        return None
    taken = field.take(required=("measure", "tree"), optional=("satisfied_from", "asked_overall"))
    items = _rateable_items(questions)
    root = _read_node(taken["tree"], items, depth=0, is_weighted=False)
    measure = taken["measure"].choice(Measure) or Measure.SATISFIED_SHARE
    recipe = Recipe(
        measure=measure,
        satisfied_from=_read_satisfied_from(taken, measure, root, items, field),
        root=root,
        asked_overall=_read_asked_overall(taken["asked_overall"], root, items),
    )
    for id in clashing_nodes(root):
        taken["tree"].fail("mỗi mã một nghĩa / one meaning for every id", f"{id} hai lần / twice")
    return recipe


def _rateable_items(questions: tuple[Question, ...]) -> dict[str, tuple[Text, Scale | None]]:
    items: dict[str, tuple[Text, Scale | None]] = {}
    for question in questions:
        if question.type is QuestionType.RATING:
            items[question.id] = question.text, question.scale
        elif question.type is QuestionType.MATRIX:
            items |= {f"{question.id}.{row.id}": (row.text, question.scale) for row in question.rows}
    return items


def _read_node(
    field: Field, items: Mapping[str, tuple[Text, Scale | None]], *, depth: int, is_weighted: bool
) -> IndexNode:
    weight_key = ("weight",) if is_weighted else ()
    if isinstance(field.value, dict) and "item" in field.value:
        taken = field.take(required=("item", *weight_key), optional=("id", "title", "level"))
        return _read_item(taken["item"], items, weight=_read_weight(taken), id=taken["id"], title=taken["title"])
    taken = field.take(
        required=("id", "title", *weight_key), optional=("level", "aggregation", "children", "items")
    )
    aggregation = taken["aggregation"].choice(Aggregation) or Aggregation.EQUAL_GROUPS
    is_by_weight = aggregation is Aggregation.FIXED_WEIGHTS
    if taken["children"].is_there == taken["items"].is_there and field.is_there:
        field.fail("children hoặc / or items", "cả hai hoặc không có / both or none")
    if is_by_weight and taken["items"].is_there:
        taken["items"].fail("children: [{item, weight}]", "items")
    children = [
        _read_node(entry, items, depth=depth + 1, is_weighted=is_by_weight)
        for entry in taken["children"].items(at_least=1)
    ]
    children += [_read_item(entry, items) for entry in taken["items"].items(at_least=1)]
    return IndexNode(
        id=taken["id"].word(),
        title=taken["title"].text(),
        level=_read_level(taken["level"], depth),
        children=tuple(children),
        aggregation=aggregation,
        weight=_read_weight(taken),
    )


def _read_item(
    field: Field,
    items: Mapping[str, tuple[Text, Scale | None]],
    *,
    weight: float = 1.0,
    id: Field | None = None,
    title: Field | None = None,
) -> IndexNode:
    name = field.value if isinstance(field.value, str) else ""
    if name not in items:
        field.fail("câu rating hoặc matrix.hàng / a rating question or matrix.row: " + ", ".join(items))
    own_id = id.word() if id and id.is_there else name
    own_title = title.optional_text() if title else None
    return IndexNode(own_id, own_title or items.get(name, ({}, None))[0], "item", item=name, weight=weight)


def _read_weight(taken: Mapping[str, Field]) -> float:
    if "weight" not in taken:
        return 1.0
    weight = taken["weight"].number()
    if weight is not None and weight <= 0:
        taken["weight"].fail("trọng số > 0 / a weight > 0")
    return weight if weight and weight > 0 else 1.0


def _read_level(field: Field, depth: int) -> str:
    if not field.is_there:
        return ("overall", "content", "group")[min(depth, 2)]
    level = field.string()
    if level and level not in LEVELS:
        field.fail(f"một trong / one of {', '.join(LEVELS)}")
    return level


def _read_satisfied_from(
    taken: Mapping[str, Field],
    measure: Measure,
    root: IndexNode,
    items: Mapping[str, tuple[Text, Scale | None]],
    index: Field,
) -> int:
    field = taken["satisfied_from"]
    if measure is not Measure.SATISFIED_SHARE and not field.is_there:
        return SATISFIED_FROM
    scales = [items[node.item][1] for node in root.walk() if node.item and node.item in items]
    top = min((scale.levels for scale in scales if scale), default=SATISFIED_FROM)
    found = field.integer(minimum=2, maximum=top)
    if not field.is_there:
        index.source.report(field.key, f"mức / a level 2–{top}", "không có / nothing")
    return found or SATISFIED_FROM


def _read_asked_overall(
    field: Field, root: IndexNode, items: Mapping[str, tuple[Text, Scale | None]]
) -> str | None:
    if not field.is_there or field.value is None:
        return None
    name = field.value if isinstance(field.value, str) else ""
    if name not in items:
        field.fail("một câu rating / a rating question: " + ", ".join(items))
    elif any(name in (node.item, node.id) for node in root.walk()):
        field.fail("câu đứng ngoài cây chỉ số / a question and an id outside the tree", name)
    return name
