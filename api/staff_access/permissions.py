"""Which role may do what. A new staff route takes its permission from here, or adds its line."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person is in a unit and below it; one may be several things in several units."""

    OPERATOR = "operator"
    UNIT_HEAD = "unit_head"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


ROLE_NAMES: Mapping[str, Mapping[str, str]] = {
    "vi": {
        Role.OPERATOR: "nhân viên vận hành",
        Role.UNIT_HEAD: "lãnh đạo đơn vị",
        Role.ANALYST: "chuyên viên phân tích tỉnh",
        Role.ADMINISTRATOR: "quản trị",
    },
    "en": {
        Role.OPERATOR: "operator",
        Role.UNIT_HEAD: "unit head",
        Role.ANALYST: "provincial analyst",
        Role.ADMINISTRATOR: "administrator",
    },
}

_ALL = frozenset(Role)
_OPERATOR, _HEAD, _ANALYST, _ADMIN = (frozenset({role}) for role in Role)

PERMISSIONS: Mapping[str, frozenset[Role]] = {
    "profile": _ALL,  # one's own account
    "accounts.manage": _ADMIN,
    "audit.read": _ADMIN,
    "kiosks.read": _ALL,
    "kiosks.manage": _OPERATOR | _ADMIN,
    "qr.print": _OPERATOR | _HEAD | _ADMIN,
    "cases.import": _OPERATOR | _ADMIN,
    "cases.read": _OPERATOR | _HEAD | _ANALYST,  # invited, opened, answered; never the answer
    "paper.print": _OPERATOR | _HEAD,
    "paper.read": _OPERATOR | _HEAD | _ANALYST,  # batches and their totals, no answer
    "paper.enter": _OPERATOR,
    "paper.decide": _HEAD | _ANALYST,  # differences between first and second entry
    "interviews.do": _OPERATOR,
    "interviews.read": _OPERATOR | _HEAD | _ANALYST,  # places and outcomes, no answer
    "interviews.assign": _HEAD | _ANALYST,
    "comments.read": _HEAD | _ANALYST,  # screened
    "comments.unseal": _ANALYST,  # the original, with a reason, audited
    "signals.read": _HEAD | _ANALYST,
    "signals.decide": _ANALYST,
    "nightly.read": _ANALYST | _ADMIN,
    "privacy.record": _ALL,  # requests about one's own data, without a name
    "privacy.answer": _ANALYST | _ADMIN,  # requests for access and deletion
}


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that hold ``permission``; KeyError for one that is not in the table."""
    return PERMISSIONS[permission]


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything that somebody with ``roles`` may do somewhere."""
    held = set(roles)
    return frozenset(permission for permission, having in PERMISSIONS.items() if held & having)
