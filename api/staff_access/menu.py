"""What stands on the first page of staff and in the menu: one line per place, shown to whoever may go there."""

from dataclasses import dataclass

from api.staff_access.staff import Staff


@dataclass(frozen=True)
class MenuEntry:
    """``text`` is the name of the place, ``hint`` a sentence on what is done there; both by language."""

    address: str
    permission: str
    text: dict[str, str]
    hint: dict[str, str]


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        "/staff/kiosks",
        "kiosks.read",
        {"vi": "Máy tại quầy", "en": "Tablets"},
        {
            "vi": "Máy nào im lặng, thiếu phiếu, cần xem; đăng ký, cấu hình, thu hồi.",
            "en": "Which are silent, lack responses, need a look; enrol, configure, revoke.",
        },
    ),
    MenuEntry(
        "/staff/qr",
        "qr.print",
        {"vi": "Mã QR", "en": "QR codes"},
        {"vi": "In mã cho đơn vị và từng quầy.", "en": "Print codes of units and counters."},
    ),
    MenuEntry(
        "/staff/invitations",
        "cases.read",
        {"vi": "Lời mời", "en": "Invitations"},
        {
            "vi": "Đã mời, đã mở, đã trả lời: tỷ lệ theo thủ tục.",
            "en": "Invited, opened, answered: response rates.",
        },
    ),
    MenuEntry(
        "/staff/interviews",
        "interviews.read",
        {"vi": "Phỏng vấn", "en": "Interviews"},
        {"vi": "Nơi cần đến, kết quả, tỷ lệ trả lời.", "en": "Places to visit, outcomes, response rates."},
    ),
    MenuEntry(
        "/staff/signals",
        "signals.read",
        {"vi": "Dấu hiệu", "en": "Signals"},
        {"vi": "Phiếu cần xem lại, và lý do.", "en": "Responses to look at, and why."},
    ),
    MenuEntry(
        "/staff/paper",
        "paper.read",
        {"vi": "Phiếu giấy", "en": "Paper"},
        {
            "vi": "In phiếu, nhập từng chồng, nhập đôi, tỷ lệ sai.",
            "en": "Print, key in by batch, key twice, error rates.",
        },
    ),
    MenuEntry(
        "/staff/accounts",
        "accounts.manage",
        {"vi": "Tài khoản", "en": "Accounts"},
        {"vi": "Mời, khóa, đặt lại tài khoản cán bộ.", "en": "Invite, disable and reset staff accounts."},
    ),
    MenuEntry(
        "/staff/comments",
        "comments.read",
        {"vi": "Lời góp ý", "en": "Comments"},
        {"vi": "Đọc lời góp ý đã che thông tin cá nhân.", "en": "Read comments, personal data masked."},
    ),
    MenuEntry(
        "/staff/privacy",
        "privacy.record",
        {"vi": "Dữ liệu cá nhân", "en": "Personal data"},
        {
            "vi": "Ghi và trả lời yêu cầu xem, sửa, xóa.",
            "en": "Record and answer requests to see or delete.",
        },
    ),
    MenuEntry(
        "/staff/audit",
        "audit.read",
        {"vi": "Nhật ký", "en": "Audit"},
        {"vi": "Ai đã làm gì, lúc nào, về đơn vị nào.", "en": "Who did what, when, about which unit."},
    ),
    MenuEntry(
        "/staff/nightly",
        "nightly.read",
        {"vi": "Việc ban đêm", "en": "Nightly work"},
        {"vi": "Lần chạy gần nhất, bước nào lỗi.", "en": "The last run, and which steps failed."},
    ),
    MenuEntry(
        "/staff/profile",
        "profile",
        {"vi": "Tài khoản của tôi", "en": "My account"},
        {"vi": "Mật khẩu, mã xác thực, đăng xuất mọi nơi.", "en": "Password, codes, sign out everywhere."},
    ),
)


def entries_for(staff: Staff) -> tuple[MenuEntry, ...]:
    """The places ``staff`` may go to, in the order of the menu."""
    return tuple(entry for entry in MENU if entry.permission in staff.permissions)
