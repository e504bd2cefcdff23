"""What the template of the results page is given: words and places only, ready to print."""

from dataclasses import dataclass

from api.results.drawing import Drawing, Tick


@dataclass(frozen=True)
class Link:
    text: str
    address: str
    is_current: bool = False


@dataclass(frozen=True)
class Option:
    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Column:
    """A heading; ``address`` sorts by it (empty: cannot be sorted), ``order`` is its aria-sort."""

    key: str
    title: str
    address: str = ""
    order: str = ""


@dataclass(frozen=True)
class Row:
    """One line; ``state`` is shown, few, silent or withheld, ``mark`` higher, lower, unclear or none."""

    name: str
    code: str
    place: str
    links: tuple[Link, ...]
    depth: int
    state: str
    estimate: str
    interval: str
    drawing: Drawing | None
    mark: str
    mark_text: str
    n: str
    rate: str


@dataclass(frozen=True)
class Figure:
    """One figure above the table; ``estimate`` empty when it is withheld, ``detail`` lines then say why."""

    title: str
    estimate: str
    details: tuple[str, ...]
    is_main: bool = False


@dataclass(frozen=True)
class Table:
    caption: str
    remarks: tuple[str, ...]
    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    pages: tuple[Link, ...]


@dataclass(frozen=True)
class Filters:
    """The controls above the table; ``kept`` are hidden fields (name, value), empty option lists are not shown."""

    action: str
    kept: tuple[tuple[str, str], ...]
    indices: tuple[Option, ...]
    provinces: tuple[Option, ...]
    procedures: tuple[Option, ...]
    sorts: tuple[Option, ...]
    q: str


@dataclass(frozen=True)
class Legend:
    """How to read the table: a sentence on the drawing, the marks in use, and the rest."""

    drawing: str
    marks: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Everything on the page, from top to bottom."""

    lang: str
    title: str
    heading: str
    month: str
    other_language: Link
    releases: tuple[Link, ...]
    forms: tuple[Link, ...]
    banners: tuple[str, ...]
    facts: tuple[str, ...]
    back: Link | None
    figures: tuple[Figure, ...]
    lead: tuple[str, ...]
    views: tuple[Link, ...]
    filters: Filters
    table: Table
    legend: Legend
    method: tuple[str, ...]
    notes: tuple[str, ...]
    downloads: tuple[Link, ...]


@dataclass(frozen=True)
class MissingPage:
    """Shown with 404, or when nothing is released yet: what is there instead."""

    lang: str
    title: str
    heading: str
    sentence: str
    other_language: Link
    links: tuple[Link, ...]
