"""The words of the first page."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "title": "hailong – ý kiến của người dân về dịch vụ công",
        "switch": "English",
        "intro": "Người dân cho ý kiến về lần làm thủ tục; cơ quan xem chỉ số hài lòng kèm khoảng tin cậy.",
        "results": "Kết quả",
        "to_results": "Xem kết quả đã công bố theo tháng",
        "privacy": "Quyền riêng tư: xem hoặc xóa phiếu của mình",
        "forms": "Các phiếu đang dùng",
        "fill": "Mở phiếu",
        "questions_one": "1 câu hỏi",
        "questions_many": "{count} câu hỏi",
        "not_representative": "Thăm dò, không đại diện cho người dân.",
    },
    "en": {
        "title": "hailong – what people say about public services",
        "switch": "Tiếng Việt",
        "intro": "People rate the service they received; offices see satisfaction indices with their intervals.",
        "results": "Results",
        "to_results": "See the published results by month",
        "privacy": "Privacy: see or delete your own response",
        "forms": "Forms in use",
        "fill": "Open the form",
        "questions_one": "1 question",
        "questions_many": "{count} questions",
        "not_representative": "A poll; it does not represent the population.",
    },
}
