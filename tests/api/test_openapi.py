"""The description of the HTTP API says what really happens."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import PUBLIC_PATHS, create_app
from api.settings import Settings


@pytest.fixture(scope="module")
def described() -> Iterator[dict[str, Any]]:
    with TestClient(create_app(Settings(database_url="sqlite://"))) as client:
        yield client.get("/api/v1/openapi.json").json()


def test_every_operation_has_a_sentence_and_says_its_problems(described):
    operations = [found for methods in described["paths"].values() for found in methods.values()]
    assert len(operations) > 10
    for operation in operations:
        assert " " in operation["summary"], operation["operationId"]
        assert "application/problem+json" in operation["responses"]["503"]["content"]
        assert "HTTPValidationError" not in json.dumps(operation)


def test_what_needs_a_key_says_so_and_nothing_else(described):
    guarded = {
        path for path, methods in described["paths"].items() if any("security" in m for m in methods.values())
    }
    assert "/api/v1/responses/batch" in guarded
    assert guarded == set(described["paths"]) - PUBLIC_PATHS


def test_every_reference_leads_somewhere(described):
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                yield from references(inner)

    found = set(references(described))
    assert "#/components/schemas/ShownReceipt" in found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in described["components"]["schemas"], reference
