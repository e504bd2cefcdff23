"""How a link follows from a case: by a key that stands in no table, so the database alone cannot tell whose."""

import hashlib
import hmac

from sqlalchemy import select
from sqlmodel import Session, col

from api.errors import HailongError, NotThere
from api.receiving.tokens import TOKEN_LENGTH, TOKEN_LETTERS, hash_token, show_token
from api.settings import PREFIX, Settings
from api.tables import InvitationCase, InvitationToken

PATH = "/t"


class InvitationsNotReady(HailongError):
    """A setting is missing without which no link can be made."""


def token_of(key: str, case: str) -> str:
    """The token of the case with that id; the same again for the same key."""
    digest = hmac.new(key.encode(), f"hailong invitation {case}".encode(), hashlib.sha256).digest()
    bits = int.from_bytes(digest)
    return "".join(TOKEN_LETTERS[(bits >> (5 * place)) & 31] for place in range(TOKEN_LENGTH))


def link_of(address: str, token: str) -> str:
    """The link with ``token`` behind the #: browsers send that part to no server, so no log has it."""
    return f"{address.rstrip('/')}{PATH}#{show_token(token)}"


def require_key(settings: Settings) -> str:
    """The key of ``settings``; InvitationsNotReady says how to make one."""
    if not settings.invitation_key:
        raise InvitationsNotReady(
            "invitation_key_missing",
            f"Chưa có {PREFIX}INVITATION_KEY: tạo khóa bằng “hailong invitations key”, đặt vào môi trường của "
            "dịch vụ và cất riêng, không để cùng cơ sở dữ liệu",
            f"{PREFIX}INVITATION_KEY is missing: make a key with 'hailong invitations key', put it into the "
            "environment of the service and keep it apart from the database",
        )
    return settings.invitation_key


def require_address(settings: Settings, given: str | None) -> str:
    """Where people reach the service: as given, else as the settings say."""
    address = given or settings.public_url
    if not address:
        raise InvitationsNotReady(
            "public_url_missing",
            f"Chưa biết địa chỉ của dịch vụ: đặt {PREFIX}PUBLIC_URL, ví dụ https://khaosat.example.vn",
            f"The address of the service is not known: set {PREFIX}PUBLIC_URL, such as https://khaosat.example.vn",
        )
    return address


def find_token_of(session: Session, dossier: str, *, key: str) -> tuple[InvitationCase, str]:
    """The case ``dossier`` and its token; NotThere when it is not known or waits for others of its unit."""
    case = session.execute(select(InvitationCase).where(col(InvitationCase.dossier) == dossier)).scalar()
    token = token_of(key, case.id) if case else ""
    if case is None or session.get(InvitationToken, hash_token(token)) is None:
        raise NotThere(
            "no_invitation",
            f"Hồ sơ {dossier} chưa có lời mời: chưa nhập, kỳ đã đóng, hoặc đơn vị chưa đủ hồ sơ",
            f"There is no invitation for case {dossier}: not imported, closed, or its unit has too few cases",
        )
    return case, token
