"""The body of a request as JSON, and the objects in it that name a key twice."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json

from api.errors import Malformed

SHOWN_LETTERS_MAX = 60


class Ambiguous(dict[str, Any]):
    """An object that named keys more than once: two answers to one question, of which a reader would keep one."""

    repeated: tuple[str, ...] = ()


def read_json(body: bytes) -> Any:
    """The JSON of ``body``; Malformed when it is not UTF-8, not JSON, too deep, or has NaN in it."""
    try:
        from_json(body, allow_inf_nan=False)  # the strict reader; it forgets all but the last of two equal keys
    except ValueError as error:
        raise Malformed(
            "not_json",
            "Nội dung không phải JSON hợp lệ (UTF-8)",
            "The body is not valid JSON in UTF-8",
            [{"field": "", "code": "not_json", "message": str(error)}],
        ) from None
    return json.loads(body, object_pairs_hook=_mark_repeated)


def repeated_keys(given: Any) -> list[str]:
    """The keys named twice in ``given``, in its objects and theirs; deeper ones are refused as answers."""
    return [key[:SHOWN_LETTERS_MAX] for found in _objects(given, depth=3) for key in found.repeated]


def text_of(given: Any, field: str) -> str | None:
    """The text ``given`` holds in ``field``, shortened, when there is one; ``given`` may be anything."""
    value = given.get(field) if isinstance(given, Mapping) else None
    return value[:SHOWN_LETTERS_MAX] if isinstance(value, str) else None


def _objects(given: Any, *, depth: int) -> Iterator[Ambiguous]:
    if not isinstance(given, Mapping) or not depth:
        return
    if isinstance(given, Ambiguous):
        yield given
    for inner in given.values():
        yield from _objects(inner, depth=depth - 1)


def _mark_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    ambiguous = Ambiguous(found)
    ambiguous.repeated = tuple(name for name in found if names.count(name) > 1)
    return ambiguous
