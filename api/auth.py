"""API keys: ``hl_<id>_<secret>``, sent as ``Authorization: Bearer …``; only a hash of the secret is stored."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from api.audit import record_event
from api.errors import Conflict, Forbidden, Malformed, NotThere, Unauthorised
from api.tables import ApiKey, Unit

SCOPES = ("batch", "import", "export", "queue")


@dataclass(frozen=True)
class KeyHolder:
    """Whose key came with the request. ``unit`` None: every unit."""

    id: str
    name: str
    scopes: frozenset[str]
    unit: str | None


def make_key(
    session: Session,
    *,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    unit: str | None = None,
    actor: str = "cli",
) -> str:
    """Store a new key and give it back; this is the only time it can be read. ``unit``: only responses filed
    in it or below it. Malformed for an unknown scope or unit."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes or not name.strip() or "\x00" in name:
        raise Malformed(
            "malformed_key",
            f"Cần tên và ít nhất một quyền trong: {', '.join(SCOPES)}",
            f"A name and at least one scope are needed, of: {', '.join(SCOPES)}",
            [{"field": "scope", "code": "unknown_scope", "value": scope} for scope in unknown],
        )
    if unit is not None and session.exec(select(Unit.id).where(Unit.code == unit)).first() is None:
        raise Malformed("unknown_unit", f"Không có đơn vị {unit}", f"There is no unit {unit}")
    id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    scopes_text = " ".join(sorted(set(scopes)))
    session.add(
        ApiKey(
            id=id,
            name=name.strip()[:200],
            secret_sha256=_hash(secret),
            scopes=scopes_text,
            unit=unit,
            created_at=now,
        )
    )
    record_event(session, at=now, actor=actor, action="api_key.create", subject=id, scopes=scopes_text, unit=unit)
    return f"hl_{id}_{secret}"


def revoke_key(session: Session, id: str, *, now: datetime, actor: str = "cli") -> None:
    """Refuse the key from now on; NotThere for an unknown id, Conflict for one revoked before."""
    key = session.get(ApiKey, id)
    if key is None:
        raise NotThere("unknown_key", f"Không có khóa {id}", f"There is no key {id}")
    if key.revoked_at is not None:
        raise Conflict("key_is_revoked", f"Khóa {id} đã bị thu hồi", f"Key {id} is revoked already")
    key.revoked_at = now
    record_event(session, at=now, actor=actor, action="api_key.revoke", subject=id)


def list_keys(session: Session) -> list[ApiKey]:
    """Every key, newest first."""
    return list(session.exec(select(ApiKey).order_by(col(ApiKey.created_at).desc(), col(ApiKey.id))))


def find_holder(session: Session, header: str) -> KeyHolder:
    """The holder of the key in an Authorization header; Unauthorised when it is not one that counts."""
    scheme, _, key = header.partition(" ")
    prefix, _, rest = key.strip().partition("_")
    id, _, secret = rest.partition("_")
    stored = session.get(ApiKey, id) if scheme.lower() == "bearer" and prefix == "hl" and id.isalnum() else None
    # An unknown id costs the same comparison as a wrong secret.
    is_right = hmac.compare_digest(_hash(secret), stored.secret_sha256 if stored else _hash(""))
    if stored is None or not is_right or stored.revoked_at is not None:
        raise Unauthorised(
            "unknown_key",
            "Khóa API không đúng hoặc đã bị thu hồi",
            "The API key is not known or was revoked",
        )
    return KeyHolder(stored.id, stored.name, frozenset(stored.scopes.split()), stored.unit)


async def optional_key(request: Request) -> KeyHolder | None:
    """FastAPI dependency: the holder of the key, None without one; a wrong key is refused, never ignored."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    return await run_in_threadpool(_find_now, request.app.state.engine, header)


def require_scope(scope: str) -> Callable[[Request], KeyHolder]:
    """FastAPI dependency that asks for a key with ``scope``: 401 without a key, 403 without the scope."""

    def guard(request: Request) -> KeyHolder:
        header = request.headers.get("authorization")
        if header is None:
            raise Unauthorised(
                "key_required",
                "Cần khóa API: Authorization: Bearer hl_…",
                "An API key is needed: Authorization: Bearer hl_…",
            )
        holder = _find_now(request.app.state.engine, header)
        if scope not in holder.scopes:
            raise Forbidden(
                "scope_required",
                f"Khóa này không có quyền {scope}",
                f"This key lacks the scope {scope}",
                scope=scope,
            )
        return holder

    guard.required_scope = scope  # type: ignore[attr-defined]  # tests/test_house.py looks for it
    return guard


def _find_now(engine: Engine, header: str) -> KeyHolder:
    with Session(engine) as session:  # no cache: a revoked key is refused at once
        return find_holder(session, header)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
