"""Who is signed in: what they may do, for which units, and the counters that are closed to them."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import Session, col

from api.errors import Forbidden, Malformed
from api.staff_access.permissions import permissions_of, roles_with
from api.tables import Unit


@dataclass(frozen=True)
class Grant:
    """A role in ``unit`` and below it; None: in every unit."""

    role: str
    unit: str | None


@dataclass(frozen=True)
class Staff:
    """The person of a request. ``units``: those of the roles that hold the permission the route asked for, None
    for every unit; ``csrf`` goes into each form as the hidden field ``csrf``."""

    id: str
    name: str
    email: str
    grants: tuple[Grant, ...]
    own_counters: frozenset[str]
    permission: str
    csrf: str = field(repr=False)

    @property
    def actor(self) -> str:
        """How the audit calls the person."""
        return f"staff {self.id}"

    @property
    def roles(self) -> frozenset[str]:
        """Every role, wherever."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def permissions(self) -> frozenset[str]:
        """What the person may do somewhere."""
        return permissions_of(self.roles)

    @property
    def units(self) -> frozenset[str] | None:
        """The units the permission of this route was given for; None: every unit."""
        return units_of(self.grants, self.permission)

    def units_in_scope(self, session: Session, day: date) -> frozenset[str] | None:
        """Codes of ``units`` and all below them on ``day``; None: every unit."""
        return None if self.units is None else list_units_below(session, self.units, day)

    def check_unit(self, session: Session, unit: str, day: date) -> None:
        """Forbidden unless ``unit`` lies in the scope of this route's permission; Malformed when it is empty."""
        if not unit:
            raise Malformed("unit_needed", "Hãy ghi mã đơn vị", "Give the code of the unit")
        scope = self.units_in_scope(session, day)
        if scope is not None and unit not in scope:
            raise Forbidden(
                "unit_out_of_scope",
                f"Đơn vị {unit} không thuộc phạm vi được giao cho bạn; hãy hỏi người quản trị",
                f"Unit {unit} is not among those given to you; ask an administrator",
                unit=unit,
            )


def units_of(grants: tuple[Grant, ...], permission: str) -> frozenset[str] | None:
    """The units for which ``grants`` give ``permission``; None: every unit."""
    roles = roles_with(permission)
    units = [grant.unit for grant in grants if grant.role in roles]
    return None if None in units else frozenset(unit for unit in units if unit is not None)


def may_handle_counter(staff: Staff, counter: str | None) -> bool:
    """Whether ``staff`` may see or enter responses about ``counter``: never about their own."""
    return counter is None or counter not in staff.own_counters


def refuse_own_counter(staff: Staff, counter: str | None) -> None:
    """Forbidden when ``counter`` is one where ``staff`` serve themselves."""
    if not may_handle_counter(staff, counter):
        raise Forbidden(
            "own_counter",
            f"Bạn phục vụ tại quầy {counter} nên không được xem hoặc nhập phiếu về quầy này; hãy nhờ người khác",
            f"You serve at counter {counter}, so its responses are closed to you; ask a colleague",
            counter=counter,
        )


def list_units_below(session: Session, units: frozenset[str], day: date) -> frozenset[str]:
    """``units`` and every unit below them on ``day``."""
    is_valid = (col(Unit.valid_from) <= day, or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) >= day))
    tree = select(col(Unit.code)).where(col(Unit.code).in_(sorted(units)), *is_valid).cte("tree", recursive=True)
    below = select(col(Unit.code)).join(tree, col(Unit.parent_code) == tree.c.code).where(*is_valid)
    tree = tree.union(below)
    return units | frozenset(session.execute(select(tree.c.code)).scalars())
