"""Settings are read once; those no service can run with are told together, secrets left out."""

from pathlib import Path

import pytest

from api.settings import Settings, SettingsUnusable, read_settings


def test_what_is_not_set_has_its_default():
    assert read_settings({}) == Settings()


def test_a_value_is_read_as_its_type():
    read = read_settings({"HAILONG_VAR_FOLDER": "/srv/v", "HAILONG_SMALL_CELL": "5", "HAILONG_CONFIDENCE": "0.9"})

    assert (read.var_folder, read.small_cell, read.confidence) == (Path("/srv/v"), 5, 0.9)


def test_all_bad_values_are_told_together_and_no_password():
    bad = {
        "HAILONG_DATABASE_URL": "mysql://who:geheim@host/x",
        "HAILONG_TIMEZONE": "Mars/Olympus",
        "HAILONG_CONFIDENCE": "95",
        "HAILONG_SMALL_CELL": "many",
        "HAILONG_BODY_BYTES_MAX": "-1",
        "HAILONG_EXPORT_LICENCE": " ",
    }

    with pytest.raises(SettingsUnusable) as refused:
        read_settings(bad)

    assert {problem["variable"] for problem in refused.value.problems} == set(bad)
    assert "geheim" not in str(refused.value.as_problem())
