"""What screening looks for, and where it was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of words or figures that lead to a person."""

    PHONE = "phone"
    ID = "id"  # identity card (9, 12 digits), passport, tax and insurance numbers
    EMAIL = "email"  # and addresses of profiles
    ACCOUNT = "account"  # of a bank
    DOSSIER = "dossier"
    PLATE = "plate"
    NAME = "name"
    ADDRESS = "address"


KIND_NAMES = {
    "vi": {
        Kind.PHONE: "số điện thoại",
        Kind.ID: "số giấy tờ",
        Kind.EMAIL: "e-mail",
        Kind.ACCOUNT: "số tài khoản",
        Kind.DOSSIER: "mã hồ sơ",
        Kind.PLATE: "biển số xe",
        Kind.NAME: "tên người",
        Kind.ADDRESS: "địa chỉ",
    },
    "en": {
        Kind.PHONE: "phone number",
        Kind.ID: "number of a document",
        Kind.EMAIL: "e-mail",
        Kind.ACCOUNT: "bank account",
        Kind.DOSSIER: "dossier code",
        Kind.PLATE: "licence plate",
        Kind.NAME: "name",
        Kind.ADDRESS: "address",
    },
}


@dataclass(frozen=True, order=True)
class Found:
    """Letters ``start`` to ``end`` (not included) are of ``kind``."""

    start: int
    end: int
    kind: Kind


def join_found(found: Iterable[Found]) -> list[Found]:
    """In order, none overlapping; of two that overlap the union, of the kind of the longer one."""
    joined: list[Found] = []
    for next_one in sorted(found):
        last = joined[-1] if joined else None
        if last is None or next_one.start >= last.end:
            joined.append(next_one)
            continue
        longer = max(last, next_one, key=lambda one: one.end - one.start)
        joined[-1] = Found(last.start, max(last.end, next_one.end), longer.kind)
    return joined
