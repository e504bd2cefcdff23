"""Published or computed values of groups → contents → overall, in decimals, with the rule beside each figure."""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from analysis.errors import MeasureError, OfficialError, UnknownParameter
from analysis.indices.official.frameworks import Framework, Node, check_nodes
from analysis.indices.official.method import Status
from analysis.indices.published import aggregate
from analysis.rounding import Figure, round_half_up

RULES = ("equal_items", "equal_groups", "fixed_weights")
SCORES: Mapping[str, type[pl.DataType]] = {
    "node": pl.String,
    "level": pl.String,
    "title_vi": pl.String,
    "title_en": pl.String,
    "estimate": pl.Float64,
    "estimate_rounded": pl.String,
    "is_given": pl.Boolean,
    "rule": pl.String,
    "status": pl.String,
}
ORDER = (Status.CONFIRMED, Status.INFERRED, Status.UNKNOWN)


def score_framework(
    framework: Framework,
    values: Mapping[str, Figure],
    *,
    aggregation: Mapping[str, str] | None = None,
    weights: Mapping[str, Mapping[str, Figure]] | None = None,
    criteria: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """Every node of a framework from the values below it.

    Parameters
    ----------
    framework
        As ``load_framework`` gives it.
    values
        Node id → 0-100, exact or as printed; strings keep their decimals. A node given here is taken as it is,
        whatever stands below it.
    aggregation
        Node id → equal_items, equal_groups or fixed_weights, in place of the framework's own.
    weights
        For fixed_weights: node id → child id → weight >= 0.
    criteria
        Group id → number of criteria, where the framework does not know it (2021).

    Returns
    -------
    DataFrame
        One row per node that can be known, top first: node, level, title_vi, title_en, estimate (Float64),
        estimate_rounded (String, two decimals, half up), is_given, rule and status (the least sure rule the figure
        rests on; one given here counts as unknown; both null for a given node). No standard error: these are
        published figures, not a sample; for intervals use ``recipe_of``. Computed in
        decimals: 79.72 and 80.43 are 80.075 exactly.

    Raises
    ------
    OfficialError
        A value outside 0-100, an unknown node or rule: all of them together.
    UnknownParameter
        When equal_items needs numbers of criteria that are not known.

    References
    ----------
    METHODS 18.2, 6.

    Examples
    --------
    >>> from analysis.indices.official.frameworks import load_framework
    >>> scored = score_framework(load_framework("2023"), {"policy": "83.84", "service": "84.09"})
    >>> scored.filter(pl.col("node") == "overall").select("estimate_rounded", "status").row(0)
    ('83.94', 'inferred')
    """
    rules, fixed = dict(aggregation or {}), dict(weights or {})
    for named in (values, rules, fixed, criteria or {}):
        check_nodes(framework, named)
    figures = _read_values(values, rules)
    rows: list[tuple[object, ...]] = []
    _score(framework.root, figures, rules, fixed, criteria or {}, rows)
    order = [node.id for node in framework.root.walk()]
    rows.sort(key=lambda row: order.index(str(row[0])))
    return pl.DataFrame(rows, schema=dict(SCORES), orient="row")


def _read_values(values: Mapping[str, Figure], rules: Mapping[str, str]) -> dict[str, Decimal]:
    figures = {node: Decimal(repr(value) if isinstance(value, float) else value) for node, value in values.items()}
    problems = [f"{node}: {value} is not on 0-100" for node, value in figures.items() if not 0 <= value <= 100]
    problems += [f"{node}: rule {rule!r} is unknown" for node, rule in rules.items() if rule not in RULES]
    if problems:
        raise OfficialError(problems, f"Values lie between 0 and 100; rules are {', '.join(RULES)}.")
    return figures


def _score(
    node: Node,
    figures: Mapping[str, Decimal],
    rules: Mapping[str, str],
    fixed: Mapping[str, Mapping[str, Figure]],
    criteria: Mapping[str, int],
    rows: list[tuple[object, ...]],
) -> tuple[Decimal, Status] | None:
    below = [_score(child, figures, rules, fixed, criteria, rows) for child in node.children]
    if node.id in figures:
        return _add_row(node, figures[node.id], None, Status.CONFIRMED, rows)
    known = [found for found in below if found is not None]
    if not known or len(known) < len(node.children):
        return None
    rule = rules.get(node.id, node.aggregation.value)
    shares = _weigh(node, rule, fixed.get(node.id, {}), criteria)
    try:
        value = aggregate([found[0] for found in known], shares)
    except MeasureError as error:
        raise OfficialError([f"{node.id}: {problem}" for problem in error.problems], error.remedy) from None
    statuses = [found[1] for found in known]
    own = Status.UNKNOWN if node.id in rules else node.aggregation.status
    return _add_row(node, value, rule, max((own, *statuses), key=ORDER.index), rows)


def _weigh(node: Node, rule: str, fixed: Mapping[str, Figure], criteria: Mapping[str, int]) -> list[Figure] | None:
    if rule == "equal_groups":
        return None
    if rule == "fixed_weights":
        absent = [child.id for child in node.children if child.id not in fixed]
        if absent:
            raise OfficialError(
                [f"{node.id}: no weight for {name}" for name in absent], "Give every child its weight."
            )
        return [fixed[child.id] for child in node.children]
    counts = [_count(child, criteria) for child in node.children]
    unknown = [child.id for child, count in zip(node.children, counts, strict=True) if count is None]
    if unknown:
        raise UnknownParameter(
            [f"{node.id}: the number of criteria of {name} is not known" for name in unknown],
            "Give them as criteria={...}, or another rule as aggregation={...}.",
        )
    return [count for count in counts if count is not None]


def _count(node: Node, criteria: Mapping[str, int]) -> int | None:
    if node.id in criteria:
        return criteria[node.id]
    if not node.children:
        return node.criteria
    counts = [_count(child, criteria) for child in node.children]
    return None if None in counts else sum(count for count in counts if count is not None)


def _add_row(
    node: Node, value: Decimal, rule: str | None, status: Status, rows: list[tuple[object, ...]]
) -> tuple[Decimal, Status]:
    shown = str(round_half_up(value))
    title = node.title
    rows.append(
        (
            node.id,
            node.level,
            title["vi"],
            title["en"],
            float(value),
            shown,
            rule is None,
            rule,
            status.value if rule else None,
        )
    )
    return value, status
