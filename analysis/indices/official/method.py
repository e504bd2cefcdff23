"""An official method as data: legal basis, parameters with how sure we are of each, breaks in its series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from analysis.errors import UnknownParameter
from survey_forms.form import Text


class Status(StrEnum):
    """How sure we are: read in an official or published source, worked out from figures, or not settled."""

    CONFIRMED = "confirmed"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Parameter:
    """One choice of a method; ``value`` None: no text settles it, the caller must."""

    name: str
    value: Any
    status: Status
    source: str


@dataclass(frozen=True)
class Basis:
    """The decision; ``document`` None where no number was found."""

    document: str | None
    issued_on: date | None
    valid_from: date
    valid_to: date | None
    status: Status


@dataclass(frozen=True)
class Break:
    """From ``start`` on the things in ``of`` are not what they were (``excepted``: these are)."""

    start: date
    kind: str  # break, caution, rescaled, units
    of: tuple[str, ...]
    excepted: tuple[str, ...]
    status: Status
    reason: Text


@dataclass(frozen=True)
class Method:
    """One version of one official method; ``content`` is what only its own module understands."""

    id: str
    version: str
    title: Text
    basis: Basis
    parameters: Mapping[str, Parameter]
    breaks: tuple[Break, ...]
    content: Mapping[str, Any]
    sha256: str

    def settle(self, name: str, given: Any = None) -> Any:
        """``given``, or else the parameter's own value; UnknownParameter when there is neither. METHODS 18.1."""
        if given is not None:
            return given
        return settle(self.parameters[name], f"{self.id} {self.version}")


def settle(parameter: Parameter, where: str) -> Any:
    """The value of ``parameter``; UnknownParameter when no text settles it. METHODS 18.1."""
    if parameter.value is None:
        raise UnknownParameter(
            [f"{where}: parameter {parameter.name!r} is not settled by any text read ({parameter.source})"],
            f"Give {parameter.name} yourself and say so beside the figure.",
        )
    return parameter.value


def describe_parameters(method: Method) -> pl.DataFrame:
    """What a method rests on, one row per parameter: name, value (String, null: none), status, source.

    Print it beside every official figure computed here: a figure is no surer than its least sure parameter.
    METHODS 18.1.

    >>> from analysis.indices.official.reading import load_method
    >>> described = describe_parameters(load_method("sipas", "2023"))
    >>> described.filter(pl.col("name") == "measure").select("value", "status").row(0)
    ('satisfied_share', 'unknown')
    """
    rows = method.parameters.values()
    return pl.DataFrame(
        {
            "name": [row.name for row in rows],
            "value": [None if row.value is None else str(row.value) for row in rows],
            "status": [row.status.value for row in rows],
            "source": [row.source for row in rows],
        },
        schema={"name": pl.String, "value": pl.String, "status": pl.String, "source": pl.String},
    )
