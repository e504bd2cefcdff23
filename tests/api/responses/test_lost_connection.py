"""A PostgreSQL server that cuts every connection: the next post is stored, none is told a lie."""

import pytest
from sqlalchemy import make_url
from sqlmodel import Session, select

from api.tables import Response
from tests.api.responses.conftest import make_body
from tests.postgres_server import execute


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_posts_go_on_after_the_server_cut_every_connection(post, session: Session, database_url: str):
    assert post(make_body()).status_code == 201
    url = make_url(database_url)
    execute(
        url.set(database="postgres").render_as_string(hide_password=False),
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'",
    )
    replies = [post(make_body()) for _ in range(3)]
    assert {reply.status_code for reply in replies} <= {201, 503}
    assert replies[-1].status_code == 201
    stored = {str(id) for id in session.exec(select(Response.id))}
    assert {reply.json()["id"] for reply in replies if reply.status_code == 201} <= stored
