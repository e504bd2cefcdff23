"""The words of the page of invitations."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "title": "Lời mời và tỷ lệ trả lời",
        "intro": "Mỗi hồ sơ đã có kết quả được mời trả lời một lần. Ở đây chỉ có số đếm.",
        "period": "Tháng trả kết quả",
        "unit": "Đơn vị",
        "procedure": "Thủ tục",
        "form": "Phiếu",
        "invited": "Đã mời (n)",
        "opened": "Đã mở",
        "answered": "Đã trả lời",
        "rate": "Tỷ lệ trả lời",
        "together": "các thủ tục ít hồ sơ, gộp",
        "census": "mọi hồ sơ",
        "by_unit": "Theo đơn vị",
        "by_procedure": "Theo kỳ và thủ tục",
        "definition": "Tỷ lệ trả lời = đã trả lời / đã mời. Mọi hồ sơ đã mời đều nằm trong mẫu số, cả khi tin "
        "nhắn không tới (RR1 của AAPOR, METHODS 25.1); kỳ còn mở thì tỷ lệ còn tăng. Đã mở gồm cả đã trả lời.",
        "filter": "Lọc",
        "total": "Tất cả các dòng",
        "none": "Chưa có hồ sơ nào được mời. Nhập danh sách bằng lệnh: hailong import cases.",
        "held": "{count} hồ sơ đang chờ: đơn vị chưa có đủ {least} hồ sơ trong tháng, nên câu trả lời có thể "
        "đoán ra là của ai.",
        "why_together": "Thủ tục có ít hơn {least} hồ sơ của một đơn vị trong tháng được gộp, câu trả lời cũng "
        "chỉ ghi như vậy.",
    },
    "en": {
        "title": "Invitations and response rates",
        "intro": "Each finished case is invited once. Here are counts only.",
        "period": "Month of the result",
        "unit": "Unit",
        "procedure": "Procedure",
        "form": "Form",
        "invited": "Invited (n)",
        "opened": "Opened",
        "answered": "Answered",
        "rate": "Response rate",
        "together": "procedures with few cases, together",
        "census": "every case",
        "by_unit": "By unit",
        "by_procedure": "By period and procedure",
        "definition": "Response rate = answered / invited. Every invited case counts below the line, also where "
        "the message never came (AAPOR's RR1, METHODS 25.1); it still grows while a period is open. Opened "
        "includes answered.",
        "filter": "Filter",
        "total": "All lines",
        "none": "No case was invited yet. Import a list with the command: hailong import cases.",
        "held": "{count} cases wait: their units have fewer than {least} cases in the month, so one could guess "
        "whose answer it is.",
        "why_together": "Procedures with fewer than {least} cases of a unit in the month are taken together; "
        "their answers are stored so too.",
    },
}
