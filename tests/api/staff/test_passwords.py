"""What is too weak, told all at once; and the work for a name nobody has."""

import pytest

from api.errors import Malformed
from api.staff.passwords import check_password, hash_password, needs_rehash, verify_password

PERSON = ("Nguyễn Thị Lan", "lan.nguyen@example.vn")


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        pytest.param("ngắn", ["length", "simple"], id="short"),
        pytest.param("x" * 201, ["length", "simple"], id="endless"),
        pytest.param("Mật khẩu 12345", ["common"], id="common, tones and blanks apart"),
        pytest.param("Administrator", ["common"], id="common, capitals apart"),
        pytest.param("ababababababab", ["simple"], id="two letters"),
        pytest.param("bcdefghijklmno", ["simple"], id="the alphabet"),
        pytest.param("zyxwvutsrqponml", ["simple"], id="backwards"),
        pytest.param("NguyenThiLan-2026", ["personal"], id="the name without tones"),
        pytest.param("xx lan.nguyen xx", ["personal"], id="the e-mail"),
        pytest.param("111111111111", ["simple"], id="one digit"),
    ],
)
def test_every_weakness_is_told_at_once(password, codes):
    with pytest.raises(Malformed) as refused:
        check_password(password, person=PERSON)
    assert [problem["code"] for problem in refused.value.problems] == codes
    assert all(problem["vi"] and problem["en"] for problem in refused.value.problems)


@pytest.mark.parametrize(
    "password", ["mưa rơi trên mái ngói", "correct horse battery", "Tr0i-h0m-nay", "🌧️ mưa 🌾 lúa 🌞 nắng"]
)
def test_a_short_sentence_is_good(password):
    check_password(password, person=PERSON)


def test_nobody_costs_a_whole_check(monkeypatch):
    looked = []
    from argon2 import PasswordHasher

    original = PasswordHasher.verify

    def verify(self, hash, password):
        looked.append(hash)
        return original(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    assert not verify_password(None, "mưa rơi trên mái ngói")
    assert len(looked) == 1
    assert looked[0].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_opens_its_own_hash_only_and_two_hashes_differ():
    stored = hash_password("mưa rơi trên mái ngói")
    assert verify_password(stored, "mưa rơi trên mái ngói")
    assert not verify_password(stored, "mưa rơi trên mái tôn!")
    assert not verify_password("not a hash", "mưa rơi trên mái ngói")
    assert stored != hash_password("mưa rơi trên mái ngói")
    assert not needs_rehash(stored)
