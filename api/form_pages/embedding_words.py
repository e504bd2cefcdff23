"""What ``/widget`` tells the office that puts a form into its own site."""

from collections.abc import Mapping
from typing import Any

WORDS: Mapping[str, Mapping[str, Any]] = {
    "vi": {
        "title": "Nhúng phiếu vào trang của cơ quan",
        "intro": "Thăm dò ý kiến và nút góp ý có thể đặt trong trang của cổng thông tin hoặc cổng dịch vụ công. "
        "Trang của Quý cơ quan không cần cài đặt gì thêm.",
        "before": "Trước tiên",
        "setting": "Người quản trị hệ thống này ghi địa chỉ trang của Quý cơ quan vào thiết đặt dưới đây; trang "
        "không có trong đó thì không nhúng được.",
        "poll": "Thăm dò ngay trong trang",
        "poll_text": "Chép đoạn này vào chỗ muốn hiện thăm dò. Khi trình duyệt không chạy mã lệnh, người đọc "
        "thấy một liên kết.",
        "poll_link": "Thông tin trên trang này có ích không?",
        "button": "Nút góp ý",
        "button_text": "Nút mở phiếu trong một khung trên trang; đóng bằng phím Esc hoặc nút Đóng.",
        "button_link": "Đánh giá lần làm thủ tục",
        "attributes": "Các thuộc tính",
        "named": {
            "data-hailong-form": "tên phiếu, ví dụ portal_poll, counter",
            "data-hailong-unit": "mã đơn vị",
            "data-hailong-procedure": "mã thủ tục",
            "data-hailong-lang": "vi hoặc en",
            "data-hailong-mode": "simple: chữ lớn, có hình",
            "data-hailong-button": "chữ trên nút; không có thì phiếu hiện ngay trong trang",
            "data-hailong-title": "tên khung, cho trình đọc màn hình",
        },
        "policy": "Nếu trang có Content-Security-Policy",
        "policy_text": "Thêm hai nguồn sau:",
        "privacy": "Khung không đặt cookie, không đọc gì từ trang của Quý cơ quan, và không biết ai đang xem. "
        "Người trả lời tự chọn, nên kết quả được ghi là tự nguyện.",
    },
    "en": {
        "title": "Put a form into your own site",
        "intro": "The poll and a rating button can stand in the pages of a portal. Your site needs nothing else "
        "installed.",
        "before": "First",
        "setting": "Whoever runs this service enters the address of your site in the setting below; a site that "
        "is not named there cannot show a form.",
        "poll": "A poll within the page",
        "poll_text": "Copy this to where the poll should stand. Where scripts do not run, readers see a link.",
        "poll_link": "Is the information on this page useful?",
        "button": "A rating button",
        "button_text": "The button opens the form in a frame over the page; Esc or Close shuts it.",
        "button_link": "Rate your visit",
        "attributes": "Attributes",
        "named": {
            "data-hailong-form": "name of the form, such as portal_poll or counter",
            "data-hailong-unit": "code of the unit",
            "data-hailong-procedure": "code of the procedure",
            "data-hailong-lang": "vi or en",
            "data-hailong-mode": "simple: large, with pictures",
            "data-hailong-button": "words on the button; without it the form stands in the page",
            "data-hailong-title": "name of the frame, for screen readers",
        },
        "policy": "If your pages have a Content-Security-Policy",
        "policy_text": "Add these two sources:",
        "privacy": "The frame sets no cookie, reads nothing of your page and does not know who is looking. People "
        "choose to answer, so the results are marked self-selected.",
    },
}
