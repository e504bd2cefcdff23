"""Opens the sealed original of a comment for somebody who says why, and masks what screening missed."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from api.comments.screening import comment_place
from api.errors import Malformed, NotThere
from api.sealer import Sealer
from api.staff_access.deeds import record_deed
from api.staff_access.staff import Staff, may_handle_counter
from api.tables import Comment, CommentOriginal, Response
from survey_forms.screening.screen import screen_text

REASON_LETTERS_MIN = 10
MASKED_BY_HAND = "[đã che]"


def find_comment(
    session: Session, staff: Staff, id: UUID, question: str, scope: frozenset[str] | None
) -> tuple[Comment, Response]:
    """A comment that ``staff`` may read; NotThere for others, also for those about one's own counter."""
    found = session.exec(
        select(Comment, Response).where(
            Comment.response_id == id, Comment.question == question, Response.id == Comment.response_id
        )
    ).first()
    if found is not None:
        response = found[1]
        is_in_scope = scope is None or response.unit_filed in scope
        if is_in_scope and may_handle_counter(staff, response.counter):
            return found
    raise NotThere(
        "no_comment",
        "Không có lời góp ý này, hoặc không thuộc phạm vi của bạn",
        "There is no such comment, or it is not yours to read",
    )


def open_original(
    session: Session, staff: Staff, found: tuple[Comment, Response], sealer: Sealer, *, reason: str, now: datetime
) -> str:
    """The text as it was typed; that it was opened, by whom and why, is written down in the same transaction."""
    comment, response = found
    why = " ".join(reason.split())
    if len(why) < REASON_LETTERS_MIN:
        raise Malformed(
            "reason_needed",
            f"Hãy ghi lý do mở bản gốc, ít nhất {REASON_LETTERS_MIN} ký tự",
            f"Say why the original is opened, in {REASON_LETTERS_MIN} letters or more",
        )
    original = session.get(CommentOriginal, (comment.response_id, comment.question))
    if original is None:
        raise NotThere(
            "no_original",
            "Bản gốc đã bị xóa khi hết hạn lưu, hoặc lời góp ý này không có gì phải che",
            "The original was deleted when its time was over, or nothing in this comment was masked",
        )
    text = sealer.open(original.sealed, place=comment_place(comment.response_id, comment.question))
    record_deed(
        session,
        staff,
        at=now,
        action="comment.unseal",
        subject=f"{comment.response_id}/{comment.question}",
        unit=response.unit_filed,
        why=screen_text(why).text[:300],
    )
    return text


def mask_by_hand(
    session: Session, staff: Staff, found: tuple[Comment, Response], *, words: str, now: datetime
) -> None:
    """Mask ``words`` (as they stand in the comment) for good: what the rules missed."""
    comment, response = found
    wanted = words.strip()
    if len(wanted) < 2 or wanted not in comment.text:
        raise Malformed(
            "words_not_there",
            "Hãy chép đúng những chữ cần che trong lời góp ý (từ 2 ký tự)",
            "Copy the words to be masked as they stand in the comment (two letters or more)",
        )
    comment.text = comment.text.replace(wanted, MASKED_BY_HAND)
    comment.masked = {**comment.masked, "by_hand": comment.masked.get("by_hand", 0) + 1}
    session.add(comment)
    record_deed(
        session,
        staff,
        at=now,
        action="comment.mask",
        subject=f"{comment.response_id}/{comment.question}",
        unit=response.unit_filed,
    )
