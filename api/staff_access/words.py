"""The words of the frame of staff pages."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "site": "hailong – dành cho cán bộ",
        "skip": "Đến nội dung chính",
        "switch": "English",
        "menu": "Các mục",
        "home": "Trang đầu",
        "sign_out": "Đăng xuất",
        "signed_in_as": "Đang đăng nhập:",
    },
    "en": {
        "site": "hailong – for staff",
        "skip": "To the main part",
        "switch": "Tiếng Việt",
        "menu": "Places",
        "home": "First page",
        "sign_out": "Sign out",
        "signed_in_as": "Signed in:",
    },
}
