"""The register that responses refer to."""

import pytest

from tests.registered import add_register


@pytest.fixture(autouse=True)
def registry(request: pytest.FixtureRequest) -> None:
    """What stands in the register of a test that has a database or a client."""
    if {"engine", "client"} & set(request.fixturenames):
        add_register(request.getfixturevalue("engine"))
