"""The form page where the service cannot store now: nothing typed is lost."""

import re
from dataclasses import replace

from api.settings import Settings
from tests.api.form_pages.test_form_pages import open_fields, open_page, send, served


def test_posts_beyond_the_limit_are_told_to_wait_and_keep_what_was_typed(settings, clock):
    with served(replace(settings, public_posts_per_minute=1), clock) as client:
        fields = open_page(client, "/f/counter?unit=00004") | {"overall": "5", "comment": "Giữ lại"}
        send(client, fields)
        reply = send(client, fields | {"_id": "other"})
    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) >= 1
    assert "CHƯA được lưu" in reply.text
    assert "Giữ lại" in reply.text


def test_a_database_that_is_away_loses_nothing_that_was_typed(tmp_path, clock):
    # A real server address where nothing answers: what a person meets when the database machine is down.
    url = "postgresql://hailong@127.0.0.1:1/postgres"
    with served(Settings(database_url=url, var_folder=tmp_path), clock) as client:
        assert client.get("/f/counter?unit=00004").status_code == 503
        fields = {
            "_id": "6f2d3c1e-0000-4000-8000-000000000000",
            "_unit": "00004",
            "overall": "2",
            "comment": "Ở lại",
        }
        reply = send(client, fields)
        assert reply.status_code == 503
        assert "CHƯA được lưu" in reply.text
        assert "Ở lại" in reply.text
        assert re.search(r'name="overall" value="2"[^>]* checked', reply.text)
        assert open_fields(reply.text)["_id"] == fields["_id"]
        without_unit = send(client, fields | {"_unit": ""})
        assert without_unit.status_code == 422
        assert "Ở lại" in without_unit.text
        assert client.get("/f/counter/thanks?receipt=" + fields["_id"]).status_code == 503
