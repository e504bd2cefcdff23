"""Responses that people had deleted: a tablet that sends one again gets its receipt, and nothing is stored."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from api.receiving.submission import Receipt
from api.tables import ErasedResponse, Response

_AT_ONCE = 500


def hash_id(id: UUID) -> str:
    """How an erased response is recognised, and nothing else about it."""
    return hashlib.sha256(f"hailong erased {id}".encode()).hexdigest()


def find_erased(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    """The receipts that were given for those of ``ids`` that have been erased."""
    id_of = {hash_id(id): id for id in ids}
    hashes, found = sorted(id_of), {}
    for start in range(0, len(hashes), _AT_ONCE):
        wanted = select(
            col(ErasedResponse.id_sha256), col(ErasedResponse.received_at), col(ErasedResponse.content_hash)
        ).where(col(ErasedResponse.id_sha256).in_(hashes[start : start + _AT_ONCE]))
        for hashed, received_at, content_hash in connection.execute(wanted):
            id = id_of[hashed]
            found[id] = Receipt(id, False, received_at, content_hash)
    return found


def take_back_erased(connection: Connection, inserted: Iterable[UUID]) -> set[UUID]:
    """``inserted`` without those that had been erased; their rows are removed again. Asked after the insert, so
    that a deletion that happens at the same moment is seen."""
    ids = set(inserted)
    erased = set(find_erased(connection, sorted(ids)))
    if erased:
        connection.execute(delete(Response).where(col(Response.id).in_(sorted(erased))))
    return ids - erased
