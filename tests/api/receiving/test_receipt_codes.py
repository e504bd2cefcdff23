"""Receipt codes: shown in groups, read as people copy them, never taken for another."""

from uuid import UUID, uuid4

import pytest

from api.receiving.receipt_codes import read_receipt, show_receipt

ID = UUID("7d0b1f5e-7c0f-4a53-9d61-1f1d2ad2a1c5")


def test_a_code_is_shown_in_groups_of_four():
    assert show_receipt(ID) == "7D0B-1F5E-7C0F-4A53-9D61-1F1D-2AD2-A1C5"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("7D0B-1F5E-7C0F-4A53-9D61-1F1D-2AD2-A1C5", id="as shown"),
        pytest.param("7d0b 1f5e 7c0f 4a53 9d61 1f1d 2ad2 a1c5", id="blanks, small letters"),
        pytest.param("7d0b1f5e-7c0f-4a53-9d61-1f1d2ad2a1c5", id="as programs write it"),
        pytest.param(" 7D0B1F5E7C0F4A539D611F1D2AD2A1C5\n", id="no groups"),
        pytest.param("7D0B–1F5E–7C0F–4A53.9D61.1F1D_2AD2/A1C5", id="other marks between"),
        pytest.param("7DOB-lF5E-7COF-4A53-9D6I-IFID-2AD2-AlC5", id="O for 0, I and l for 1"),
    ],
)
def test_a_code_is_read_as_people_copy_it(typed: str):
    assert read_receipt(typed) == ID


@pytest.mark.parametrize("typed", ["", "7D0B", "7D0B-" * 9, "G" * 32, "²" * 32, "ế" * 32, "\x00" * 32, "7" * 5000])
def test_what_is_no_code_is_none(typed: str):
    assert read_receipt(typed) is None


def test_every_code_that_is_shown_is_read_as_itself():
    for id in (uuid4() for _ in range(200)):
        assert read_receipt(show_receipt(id)) == id
