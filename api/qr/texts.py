"""The words of the page of QR codes."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "title": "Mã QR để in",
        "intro": "Chọn nơi đặt mã, rồi in. Mã mở đúng phiếu của đơn vị hoặc quầy; câu trả lời được ghi là người "
        "dân tự chọn trả lời.",
        "unit": "Mã đơn vị",
        "counter": "Mã quầy",
        "counter_hint": "Để trống: mã của cả đơn vị. Dấu *: mọi quầy của đơn vị.",
        "form": "Phiếu",
        "form_hint": "Để trống: phiếu tại quầy cho quầy, phiếu một cửa cho đơn vị.",
        "usual": "Theo mặc định",
        "layout": "Khổ in",
        "stand": "Chân đế A6",
        "sticker": "Nhãn dán 70 × 37 mm",
        "sheet": "Tờ A4, 24 nhãn",
        "show": "Xem",
        "download": "Tải tờ {number} (SVG)",
        "print_hint": "In đúng cỡ, 100 %, không thu phóng. Quét thử bằng điện thoại trước khi đặt ra quầy.",
        "picture": "Bản in: {short}",
    },
    "en": {
        "title": "QR codes to print",
        "intro": "Choose where the code will stand, then print. It opens the form of that unit or counter; "
        "answers count as self-selected.",
        "unit": "Code of the unit",
        "counter": "Code of the counter",
        "counter_hint": "Empty: a code for the whole unit. An asterisk *: every counter of it.",
        "form": "Form",
        "form_hint": "Empty: the counter form for a counter, the one-stop form for a unit.",
        "usual": "As usual",
        "layout": "Size",
        "stand": "Stand, A6",
        "sticker": "Sticker, 70 × 37 mm",
        "sheet": "A4 sheet, 24 stickers",
        "show": "Show",
        "download": "Download sheet {number} (SVG)",
        "print_hint": "Print at 100 %, not scaled. Try it with a phone before it stands on a counter.",
        "picture": "To print: {short}",
    },
}
