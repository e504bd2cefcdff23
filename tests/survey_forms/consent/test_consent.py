"""Texts of consent: in both languages for every channel, and never changed once they were shown."""

import hashlib
from datetime import date

import pytest

from api.receiving.submission import Channel
from survey_forms.consent.catalogue import FOLDER, find_consent, read_consents, recall_consent

# A text that was shown stays as it was; a change is a new file with a new version and its own line here.
SHOWN = {"2026.1.yaml": "2652ce691eb59eef8bdca121f949afc25b3e2f42bc943247c77b192cf75af310"}


def test_a_text_that_was_shown_is_never_changed():
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.glob("*.yaml")} == SHOWN


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_its_text_in_both_languages(channel):
    found = find_consent(channel.value, date(2026, 11, 20))
    assert set(found) == {"version", "vi", "en"}
    assert all(found.values())


def test_a_text_holds_from_its_first_day_on():
    first = read_consents()[0].valid_from
    assert find_consent("qr", first)["version"] == "2026.1"
    assert find_consent("qr", date(2020, 1, 1)) is None
    assert find_consent("pigeon", first) is None


def test_a_text_that_was_said_is_recalled_by_its_version():
    assert recall_consent("paper", "2026.1") == find_consent("paper", date(2026, 11, 20))
    assert recall_consent("paper", "1999.1") is None
    assert recall_consent("pigeon", "2026.1") is None
    assert recall_consent("paper", None) is None
