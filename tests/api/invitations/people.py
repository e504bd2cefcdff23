"""What invited people do: follow a link, answer, send again."""

import re

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.invitations.links import token_of
from api.receiving.tokens import show_token
from api.tables import InvitationCase
from tests.api.invitations.conftest import KEY

ANSWERS = {"overall": "4"}


def code_of(engine: Engine, dossier: str, key: str = KEY) -> str:
    """The code behind the # of the link of ``dossier``."""
    with Session(engine) as session:
        case = session.exec(select(InvitationCase).where(InvitationCase.dossier == dossier)).one()
        return show_token(token_of(key, case.id))


def follow(client: TestClient, code: str, language: str = "vi"):
    """What the script of the link does."""
    return client.post("/t/form", data={"code": code, "lang": language})


def fields_of(page) -> dict[str, str]:
    assert page.status_code == 200, page.text
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


def answer(client: TestClient, fields: dict[str, str], **answers: str):
    return client.post("/t/answer", data=fields | (answers or ANSWERS), follow_redirects=False)


def respond(client: TestClient, code: str, **answers: str) -> str:
    """Follow the link and answer; gives the id of the response, which the person's page alone has."""
    fields = fields_of(follow(client, code))
    reply = answer(client, fields, **answers)
    assert reply.status_code == 303, reply.text
    return fields["_id"]
