import pytest

from api.results.collation import vietnamese_key, without_marks


@pytest.mark.parametrize(
    "in_order",
    [
        pytest.param(["Da", "Đa", "Ea"], id="đ comes after d and before e"),
        pytest.param(["Dương", "Đà Nẵng", "Đông Anh", "Đống Đa"], id="letters before tones"),
        pytest.param(["ma", "mà", "mả", "mã", "má", "mạ"], id="tones: none, huyền, hỏi, ngã, sắc, nặng"),
        pytest.param(["An", "Ăn", "Ân", "Ba"], id="a, ă, â"),
        pytest.param(["ho", "hô", "hơ", "hu", "hư"], id="o, ô, ơ, u, ư"),
        pytest.param(["Phường 1", "Phường 2", "Phường 10"], id="numbers by their value"),
        pytest.param(["Ba Đình", "Ba Vì", "Bát Tràng"], id="a blank before letters"),
    ],
)
def test_names_stand_in_the_order_of_the_vietnamese_alphabet(in_order: list[str]):
    assert sorted({*in_order}, key=vietnamese_key) == in_order


def test_composed_and_decomposed_letters_sort_alike():
    assert vietnamese_key("Hội An")[:2] == vietnamese_key("Hội An")[:2]


@pytest.mark.parametrize(
    ("name", "bare"),
    [("Đà Nẵng", "da nang"), ("PHƯỜNG  Nguyễn Uý", "phuong nguyen uy"), ("Tổ 3", "to 3"), ("", "")],
)
def test_a_name_is_found_without_its_marks(name: str, bare: str):
    assert without_marks(name) == bare
