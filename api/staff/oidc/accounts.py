"""Which account the provider's word opens: one that was invited, never a new one."""

from sqlmodel import Session, select

from api.errors import Forbidden
from api.staff.oidc.provider import Identity
from api.staff.queries import find_by_email
from api.tables import StaffAccount


def find_account_of(session: Session, identity: Identity) -> tuple[StaffAccount, bool]:
    """The account of ``identity``, and whether it was joined to it just now (by its verified e-mail, once).

    Forbidden for everybody who was not invited, is disabled, or whose e-mail belongs to another subject."""
    account = session.exec(select(StaffAccount).where(StaffAccount.oidc_subject == identity.subject)).first()
    is_new = account is None
    if account is None and identity.email is not None:
        account = find_by_email(session, identity.email)
        if account is not None and account.oidc_subject is not None:
            account = None
    if account is None or account.disabled_at is not None:
        raise Forbidden(
            "not_invited",
            "Tài khoản cơ quan này chưa được mời dùng hailong; hãy hỏi người quản trị",
            "This account was not invited to hailong; ask an administrator",
        )
    return account, is_new
