"""Responses of another system as a CSV over HTTP: guarded, by a mapping of the office, told row by row."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from api.settings import Settings
from api.tables import ImportRun, Response

PATH = "/api/v1/import/responses"
MAPPING = """
source: phone_2026
form: counter
version: "2026.1"
id: [sheet]
submitted: day
unit_filed: unit
channel: {constant: phone}
answers:
  overall: level
"""
BODY = "sheet;day;unit;level\n1;05/11/2026;00004;5\n2;05/11/2026;99999;9\n"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "phone.yaml").write_text(MAPPING)
    (tmp_path / "secret.yaml").write_text(MAPPING)
    return Settings(database_url=database_url, var_folder=tmp_path, mappings_folder=tmp_path / "mappings")


@pytest.fixture
def send(client, new_key):
    headers = {"Authorization": f"Bearer {new_key('import')}"}
    return lambda body=BODY, **query: client.post(PATH, params=query, content=body, headers=headers)


def test_sound_rows_are_stored_once_and_wrong_ones_told(send, session: Session):
    first = send(mapping="phone").json()
    assert (first["rows"], first["accepted"], first["known"], first["rejected"]) == (2, 1, 0, 1)
    assert [found["row"] for found in first["rejects"]] == [3]
    assert "unknown_unit" in first["rejects"][0]["problems"]
    assert send(mapping="phone").json()["known"] == 1
    stored = session.exec(select(Response)).one()
    assert (stored.channel, stored.month, stored.answers) == ("phone", "2026-11", {"overall": 5})
    assert [run.file_name for run in session.exec(select(ImportRun))] == ["phone.csv", "phone.csv"]


def test_a_dry_run_stores_nothing(send, session: Session):
    shown = send(mapping="phone", dry_run=True).json()
    assert (shown["dry_run"], shown["accepted"], shown["rejected"]) == (True, 1, 1)
    assert session.exec(select(Response)).all() == []


@pytest.mark.parametrize("name", ["nothing", "../secret", "..%2Fsecret", "phone.yaml", "", "a\x00b"])
def test_only_the_mappings_of_the_folder_can_be_named(send, name):
    reply = send(mapping=name)
    assert (reply.status_code, reply.json()["code"]) == (404, "unknown_mapping")
    assert reply.json()["known"] == ["phone"]


def test_a_file_with_other_columns_is_refused(send):
    reply = send("a;b\n1;2\n", mapping="phone")
    assert (reply.status_code, reply.json()["code"]) == (422, "header_missing")


def test_it_needs_a_key_for_all_units_with_the_scope(client, new_key):
    def status(*scopes: str, unit: str | None = None) -> int:
        headers = {"Authorization": f"Bearer {new_key(*scopes, unit=unit)}"}
        return client.post(PATH, params={"mapping": "phone"}, content=BODY, headers=headers).status_code

    assert client.post(PATH, params={"mapping": "phone"}, content=BODY).status_code == 401
    assert status("batch", "export") == 403
    assert status("import", unit="00004") == 403
