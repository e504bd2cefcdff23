"""A service with a seal key, and comments that wait in it."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from api.sealer import new_seal_key
from api.settings import Settings
from api.tables import Response, ResponseText
from survey_forms.loader import load_catalogue
from tests.registered import add_register
from tests.stored import make_response, store


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, var_folder=tmp_path, seal_key=new_seal_key())


@pytest.fixture
def add_comment(engine) -> Callable[..., UUID]:
    """Stores a response with a text that waits; gives its id."""
    add_register(engine)
    form = load_catalogue().get("counter", "2026.1")

    def add(number: int, text: str, **other: object) -> UUID:
        given = {"unit_filed": "00004", "counter": "Q1"} | other
        response: Response = make_response(number, form, {"overall": 2}, **given)
        id = response.id
        store(engine, [response])
        store(engine, [ResponseText(response_id=id, question="comment", text=text)])
        return id

    return add
