"""The YAML files of the official methods: read strictly, frozen by hash, found by id and version."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import OfficialError
from analysis.indices.official.method import Basis, Break, Method, Parameter, Status
from survey_forms.reading.field import VERSION, Field
from survey_forms.reading.source import read_source

DATA = Path(__file__).parent / "data"
RELEASED = "released.yaml"
KINDS = ("break", "caution", "rescaled", "units")
SHARED = ("method", "version", "title", "legal_basis", "parameters")
CONTENT = ("framework", "structure", "sheet", "bands", "ratios", "label", "sets")
NO_DAY = date(1, 1, 1)  # stands in while problems are gathered


@cache
def load_method(id: str, version: str, folder: Path = DATA) -> Method:
    """The method ``id`` in ``version``; OfficialError with what there is, or when its frozen hash does not agree.

    FormErrors name every wrong key of the file with its line. METHODS 18.1.

    >>> load_method("sipas", "2023").basis.document
    '1001/QĐ-BNV'
    """
    file = folder / id / f"{version}.yaml"
    if not file.is_file():
        raise OfficialError(
            [f"no official method {id} {version}"],
            f"There are: {', '.join(' '.join(m) for m in list_methods(folder))}.",
        )
    method = read_method(file)
    frozen = _read_frozen(folder).get(id, {}).get(version)
    if frozen is not None and frozen != method.sha256:
        raise OfficialError(
            [f"{id}/{version}.yaml has sha256 {method.sha256}, frozen was {frozen}"],
            "A frozen method is never changed: restore the file, and write what changed as a new version.",
        )
    return method


def list_methods(folder: Path = DATA) -> tuple[tuple[str, str], ...]:
    """Id and version of every method there is, in order. METHODS 18.1."""
    return tuple(sorted((file.parent.name, file.stem) for file in folder.glob("*/*.yaml")))


def read_method(file: Path) -> Method:
    """One file, frozen or not; FormErrors with all that is wrong in it. METHODS 18.1."""
    source = read_source(file)
    root = Field(source, "", source.data)
    taken = root.take(required=SHARED, optional=("breaks", *CONTENT))
    parameters = {name: _read_parameter(name, field) for name, field in taken["parameters"].pairs()}
    method = Method(
        id=taken["method"].word(),
        version=taken["version"].word(VERSION),
        title=taken["title"].text(),
        basis=_read_basis(taken["legal_basis"]),
        parameters=parameters,
        breaks=tuple(_read_break(entry) for entry in taken["breaks"].items()),
        content={name: taken[name].value for name in CONTENT if taken[name].is_there},
        sha256=_hash(source.data),
    )
    if (method.id, method.version) != (file.parent.name, file.stem):
        root.fail(
            f"{file.parent.name} {file.stem}, như tên tệp / as the file is named", f"{method.id} {method.version}"
        )
    source.raise_problems()
    return method


def freeze_methods(folder: Path = DATA) -> tuple[str, ...]:
    """Write the hash of every method not yet frozen; the names of those newly frozen. METHODS 18.1.

    OfficialError when a frozen one changed. Call it once, when a file is final:
    ``python -c "from analysis.indices.official.reading import freeze_methods; print(freeze_methods())"``.
    """
    frozen = _read_frozen(folder)
    new = []
    for id, version in list_methods(folder):
        method = load_method.__wrapped__(id, version, folder)
        if version not in frozen.setdefault(id, {}):
            frozen[id][version] = method.sha256
            new.append(f"{id} {version}")
    head = "# method → version → sha256 of its data as released. Written by freeze_methods.\n"
    text = head + yaml.safe_dump(frozen, sort_keys=True, allow_unicode=True)
    (folder / RELEASED).write_text(text, "utf-8", newline="\n")
    return tuple(new)


def _read_frozen(folder: Path) -> dict[str, dict[str, str]]:
    file = folder / RELEASED
    return yaml.safe_load(file.read_text("utf-8")) if file.is_file() else {}


def _read_basis(field: Field) -> Basis:
    taken = field.take(required=("document", "issued_on", "valid_from", "valid_to", "status"))
    document = None if taken["document"].value is None else taken["document"].string()
    return Basis(
        document=document,
        issued_on=taken["issued_on"].day(),
        valid_from=taken["valid_from"].day() or NO_DAY,
        valid_to=taken["valid_to"].day(),
        status=taken["status"].choice(Status) or Status.UNKNOWN,
    )


def _read_parameter(name: str, field: Field) -> Parameter:
    taken = field.take(required=("value", "status", "source"))
    status = taken["status"].choice(Status) or Status.UNKNOWN
    if taken["value"].value is None and status is not Status.UNKNOWN:
        taken["value"].fail("một giá trị, hoặc status: unknown / a value, or status: unknown")
    return Parameter(name, taken["value"].value, status, taken["source"].string())


def _read_break(field: Field) -> Break:
    taken = field.take(required=("from", "kind", "of", "status", "reason"), optional=("except",))
    kind = taken["kind"].string()
    if kind and kind not in KINDS:
        taken["kind"].fail(f"một trong / one of {', '.join(KINDS)}")
    return Break(
        start=taken["from"].day() or NO_DAY,
        kind=kind,
        of=tuple(entry.string() for entry in taken["of"].items(at_least=1)),
        excepted=tuple(entry.string() for entry in taken["except"].items()),
        status=taken["status"].choice(Status) or Status.UNKNOWN,
        reason=taken["reason"].text(),
    )


def parameter_of(data: Mapping[str, Any], name: str) -> Parameter:
    """A parameter that stands inside a method's own content. METHODS 18.1."""
    return Parameter(name, data["value"], Status(data["status"]), data["source"])


def _hash(data: object) -> str:
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
