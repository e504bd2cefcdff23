"""A SIPAS framework: criteria in groups in contents, with how each node follows from what is below it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis.errors import OfficialError
from analysis.indices.official.method import Method, Parameter, Status
from analysis.indices.official.reading import DATA, list_methods, load_method, parameter_of
from survey_forms.form import Aggregation, Form, IndexNode, Measure, Recipe, Text

LEVELS = ("overall", "content", "group")
PLAIN = Parameter("aggregation", "equal_items", Status.INFERRED, "Criteria of a group, without weights")


@dataclass(frozen=True)
class Node:
    """One node; ``criteria`` None: how many it holds is not known; ``items`` are columns of the questionnaire."""

    id: str
    level: str
    title: Text
    aggregation: Parameter
    criteria: int | None
    children: tuple["Node", ...] = ()
    items: tuple[str, ...] = ()

    def walk(self) -> Iterator["Node"]:
        """This node, then all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Framework:
    """One version of SIPAS; ``form`` names the questionnaire of the catalogue whose columns its items are."""

    method: Method
    root: Node
    form: tuple[str, str] | None
    population: Text


def load_framework(version: str) -> Framework:
    """The SIPAS framework ``version`` ("2017", "2021", "2022", "2023"); OfficialError with those there are.

    METHODS 18.2.

    >>> [(node.id, node.criteria) for node in load_framework("2023").root.children]
    [('policy', 23), ('service', 16)]
    """
    method = load_method("sipas", version)
    if "framework" not in method.content:
        raise OfficialError([f"sipas {version} is no framework"], f"Frameworks: {', '.join(_list_versions())}.")
    content = method.content["framework"]
    form = content.get("form")
    return Framework(
        method=method,
        root=_read_node(content["tree"], 0, f"sipas {version}"),
        form=(form["form"], form["version"]) if form else None,
        population=content["population"],
    )


def framework_on(day: date) -> Framework:
    """The framework by which the measurement of ``day`` is scored; OfficialError before 2017 and after 2026.

    METHODS 18.2.

    >>> framework_on(date(2022, 11, 15)).method.version
    '2022'
    """
    for version in _list_versions():
        basis = load_method("sipas", version).basis
        if basis.valid_from <= day and (basis.valid_to is None or day <= basis.valid_to):
            return load_framework(version)
    raise OfficialError(
        [f"no SIPAS framework is known for {day:%d/%m/%Y}"], "Those known hold from 10/10/2017 to 2026."
    )


def recipe_of(
    framework: Framework, form: Form, *, measure: str | None = None, aggregation: Mapping[str, str] | None = None
) -> Recipe:
    """The framework as the recipe of ``form``, so that its indices get design-based intervals.

    Parameters
    ----------
    framework
        One whose items are columns of a questionnaire (2017, 2023).
    form
        That questionnaire.
    measure
        satisfied_share, rescaled_mean or zero_based_mean; None: the framework's own. Since 2022 it is unknown
        which is official, so compute the others too before a figure is compared with a published one.
    aggregation
        Node id → equal_items or equal_groups, in place of the framework's own.

    Returns
    -------
    Recipe
        For ``dataclasses.replace(form, recipe=...)``; see ``analysis.indices.compute``.

    Raises
    ------
    OfficialError
        When the framework belongs to another questionnaire, or an unknown node is named.

    References
    ----------
    METHODS 18.2, 1.1-1.4.

    Examples
    --------
    >>> from survey_forms.loader import load_catalogue
    >>> form = load_catalogue().get("sipas", "2023.1")
    >>> recipe_of(load_framework("2023"), form).measure.value
    'satisfied_share'
    """
    if framework.form != (form.id, form.version):
        raise OfficialError(
            [f"sipas {framework.method.version} does not belong to the form {form.id} {form.version}"],
            f"Its questionnaire is {' '.join(framework.form)}."
            if framework.form
            else "It has none in the catalogue.",
        )
    rules = dict(aggregation or {})
    check_nodes(framework, rules)
    return Recipe(
        measure=Measure(framework.method.settle("measure", measure)),
        satisfied_from=framework.method.settle("satisfied_from"),
        root=_index_node(framework.root, rules),
    )


def check_nodes(framework: Framework, named: Mapping[str, object]) -> None:
    """OfficialError when ``named`` holds ids that are no nodes of ``framework``. METHODS 18.2."""
    known = [node.id for node in framework.root.walk()]
    strange = [name for name in named if name not in known]
    if strange:
        raise OfficialError(
            [f"sipas {framework.method.version} has no node {name!r}" for name in strange],
            f"Its nodes: {', '.join(known)}.",
        )


def _list_versions() -> list[str]:
    return [version for id, version in list_methods(DATA) if id == "sipas" and version != "comparability"]


def _read_node(data: Mapping[str, Any], depth: int, where: str) -> Node:
    children = tuple(_read_node(child, depth + 1, where) for child in data.get("children", ()))
    counts = [child.criteria for child in children]
    below = None if None in counts else sum(count for count in counts if count is not None)
    return Node(
        id=data["id"],
        level="group" if not children else LEVELS[depth],
        title=data["title"],
        aggregation=parameter_of(data["aggregation"], "aggregation") if "aggregation" in data else PLAIN,
        criteria=below if children else data["criteria"],
        children=children,
        items=tuple(data.get("items", ())),
    )


def _index_node(node: Node, rules: Mapping[str, str]) -> IndexNode:
    below = [_index_node(child, rules) for child in node.children]
    below += [IndexNode(item, node.title, "item", item=item) for item in node.items]
    rule = Aggregation(rules.get(node.id, node.aggregation.value))
    return IndexNode(node.id, node.title, node.level, children=tuple(below), aggregation=rule)
