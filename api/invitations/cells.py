"""How much of a case an answer may carry, so that it is shared by enough invited people. Touches no table."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Facts(NamedTuple):
    """What is known of a case, from coarse to fine. None: not known, or not to be carried on."""

    unit_filed: str
    procedure: str | None = None
    unit_decided: str | None = None
    unit_residence: str | None = None


@dataclass
class _Sharing:
    """Cases that will carry the same facts."""

    facts: Facts
    cases: list[str] = field(default_factory=list)


def share_facts(cases: Mapping[str, Facts], *, at_least: int) -> dict[str, Facts]:
    """For each case (by its id) the finest facts that ``at_least`` cases share; units with fewer are left out.

    Facts are given up from the place of residence to the procedure; the unit never. Where few are left over, the
    smallest group beside them gives up the same fact, so that the rest is no group of few either.

    >>> cases = {id: Facts("u", procedure) for id, procedure in zip("abcde", "ppqqr", strict=True)}
    >>> {id: facts.procedure for id, facts in sorted(share_facts(cases, at_least=2).items())}
    {'a': None, 'b': None, 'c': 'q', 'd': 'q', 'e': None}
    """
    shared: dict[str, Facts] = {}
    units: dict[str, list[str]] = defaultdict(list)
    for id in sorted(cases):
        units[cases[id].unit_filed].append(id)
    for unit, ids in units.items():
        groups, _too_few = _share(ids, cases, Facts(unit), at_least)
        shared |= {id: group.facts for group in groups for id in group.cases}
    return shared


def _share(
    ids: Sequence[str], cases: Mapping[str, Facts], carried: Facts, at_least: int, depth: int = 1
) -> tuple[list[_Sharing], list[str]]:
    """The groups that carry ``carried`` or more, and the cases that are too few even for that."""
    if depth == len(Facts._fields):
        return ([_Sharing(carried, list(ids))], []) if len(ids) >= at_least else ([], list(ids))
    groups: list[_Sharing] = []
    rest: list[str] = []
    for value, below in _part(ids, lambda id: cases[id][depth]).items():
        finer, too_few = _share(
            below, cases, Facts._make([*carried[:depth], value, *carried[depth + 1 :]]), at_least, depth + 1
        )
        groups += finer
        rest += too_few
    # A group whose cases have no such fact carries as much as the rest: they are one.
    same = next((group for group in groups if group.facts == carried), None)
    if same is not None:
        same.cases += rest
        return groups, []
    while rest and len(rest) < at_least and groups:
        smallest = min(groups, key=lambda group: (len(group.cases), [str(fact) for fact in group.facts]))
        groups.remove(smallest)
        rest += smallest.cases
    if len(rest) >= at_least:
        return [*groups, _Sharing(carried, rest)], []
    return groups, rest


def _part(ids: Sequence[str], value_of: Callable[[str], str | None]) -> dict[str | None, list[str]]:
    parts: dict[str | None, list[str]] = defaultdict(list)
    for id in ids:
        parts[value_of(id)].append(id)
    return dict(parts)
