"""Questions to the comments that may be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast
from sqlmodel import Session, col, exists, select

from api.tables import Comment, CommentOriginal, Response

OVERALL = "overall"  # the question about the service as a whole, in every form that has one


@dataclass(frozen=True)
class CommentFilter:
    """Empty: everything. ``level`` is that of the question about the service as a whole; ``scope`` None: all;
    ``own_counters`` are left out."""

    unit: str = ""
    procedure: str = ""
    month: str = ""
    level: str = ""
    scope: frozenset[str] | None = None
    own_counters: frozenset[str] = frozenset()


def list_comments(
    session: Session, asked: CommentFilter, *, limit: int, offset: int
) -> Sequence[tuple[Comment, Response, bool]]:
    """Comment, its response, and whether a sealed original is there; newest month first, within it in no order
    that tells when somebody wrote."""
    has_original = exists().where(
        col(CommentOriginal.response_id) == col(Comment.response_id),
        col(CommentOriginal.question) == col(Comment.question),
    )
    query = select(Comment, Response, has_original).where(col(Response.id) == col(Comment.response_id))
    if asked.scope is not None:
        query = query.where(col(Response.unit_filed).in_(sorted(asked.scope)))
    if asked.own_counters:
        counter = col(Response.counter)
        query = query.where(counter.is_(None) | counter.not_in(sorted(asked.own_counters)))
    for column, value in (
        (Response.unit_filed, asked.unit),
        (Response.procedure, asked.procedure),
        (Response.month, asked.month),
    ):
        if value:
            query = query.where(col(column) == value)
    if asked.level:
        query = query.where(cast(col(Response.answers)[OVERALL].as_string(), String) == asked.level)
    ordered = query.order_by(col(Response.month).desc(), col(Comment.response_id), col(Comment.question))
    return session.exec(ordered.limit(limit).offset(offset)).all()
