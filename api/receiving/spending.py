"""Stores responses, those of invited people in one transaction with the end of their tokens.

A response sent again after a lost reply is known by its own id and content, so nothing has to remember which
token it spent. The token only decides whether a response that is not known may be stored.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete
from sqlmodel import col

from api.errors import Conflict
from api.receiving import queries
from api.receiving.submission import ReadyResponse, Receipt
from api.tables import InvitationPending
from api.tables.invitation import Awaited


def store_all(connection: Connection, ready: Sequence[ReadyResponse]) -> list[Receipt | Conflict]:
    """One outcome for each of ``ready``, in order. The caller commits."""
    invited = [response for response in ready if response.invitation is not None]
    if not invited:
        return queries.store(connection, ready)
    open_ones = iter(queries.store(connection, [response for response in ready if response.invitation is None]))
    spending = iter(_store_invited(connection, invited))
    return [next(open_ones if response.invitation is None else spending) for response in ready]


def _store_invited(connection: Connection, invited: Sequence[ReadyResponse]) -> list[Receipt | Conflict]:
    known = queries.find_receipts(connection, [response.id for response in invited])
    first_of_id = {response.id: response for response in reversed(invited) if response.id not in known}
    first_of_token = {response.invitation: response for response in reversed(first_of_id.values())}
    # In the order of their hashes, so that two processes never wait for each other in a ring.
    tokens = sorted(filter(None, first_of_token))
    allowed = [first_of_token[token] for token in tokens if _spend(connection, token)]
    outcomes = queries.store(connection, allowed, is_unordered=True)
    told = {id(response): outcome for response, outcome in zip(allowed, outcomes, strict=True)}
    unsure = [response.id for response in invited if response.id not in known and id(response) not in told]
    known |= queries.find_receipts(connection, unsure)
    return [told.get(id(response)) or _recognise(response, known.get(response.id)) for response in invited]


def _recognise(response: ReadyResponse, known: Receipt | None) -> Receipt | Conflict:
    return _refuse_spent() if known is None else queries.recognise(response, known)


def _spend(connection: Connection, token_sha256: str) -> bool:
    """Take away what was awaited; False when there is an answer already."""
    spend = delete(InvitationPending).where(
        col(InvitationPending.token_sha256) == token_sha256, col(InvitationPending.awaits) == Awaited.ANSWER
    )
    return connection.execute(spend).rowcount == 1


def _refuse_spent() -> Conflict:
    return Conflict(
        "invitation_spent",
        "Lời mời này đã được dùng: mỗi hồ sơ chỉ gửi một phiếu. Phiếu đã lưu giữ nguyên.",
        "This invitation was used: there is one response for each case. What is stored stays as it is.",
    )
