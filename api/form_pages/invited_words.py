"""What the pages of invited people say beside the questionnaire."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "title": "Mời cho ý kiến về lần làm thủ tục vừa qua",
        "ask_code": "Mã lời mời",
        "ask_code_help": "28 chữ và số in trong tin nhắn hoặc trên giấy trả kết quả; chữ thường hay hoa, có gạch "
        "hay không đều được.",
        "open": "Mở phiếu",
        "why": "Mỗi hồ sơ chỉ gửi một phiếu. Phiếu không ghi tên, không ghi số hồ sơ, chỉ ghi tháng trả lời; "
        "không có gì nối phiếu với hồ sơ.",
        "unknown": "Không tìm thấy lời mời này",
        "unknown_text": "Mã có thể bị thiếu hoặc nhầm chữ. Ông/bà có thể nhập lại mã, hoặc góp ý bằng phiếu mở.",
        "try_again": "Nhập lại mã",
        "used": "Lời mời này đã được dùng",
        "used_text": "Đã có phiếu gửi bằng lời mời này; phiếu đó được giữ nguyên. Nếu còn ý kiến khác, ông/bà có "
        "thể dùng phiếu mở cho mọi người.",
        "expired": "Lời mời này đã hết hạn",
        "expired_text": "Lời mời dùng được đến hết ngày {day}. Ông/bà vẫn có thể góp ý bằng phiếu mở cho mọi "
        "người.",
        "to_open_form": "Mở phiếu dành cho mọi người",
        "thanks": "Cảm ơn ông/bà đã cho ý kiến",
        "thanks_text": "Ý kiến đã được lưu. Lời mời này không dùng lại được nữa.",
        "thanks_why": "Không có mã biên nhận, vì không có gì nối phiếu với hồ sơ; cũng vì thế chúng tôi không "
        "thể tra cứu hay xóa riêng phiếu của ông/bà.",
    },
    "en": {
        "title": "Your opinion on the procedure you completed",
        "ask_code": "Code of the invitation",
        "ask_code_help": "The 28 letters and digits in the message or on the letter with your result; capitals "
        "and dashes do not matter.",
        "open": "Open the form",
        "why": "There is one response for each case. It carries no name, no number of the case, and of the time "
        "only the month; nothing links it to the case.",
        "unknown": "This invitation was not found",
        "unknown_text": "The code may be incomplete or mistyped. You can type it again, or use the form that is "
        "open to everybody.",
        "try_again": "Type the code again",
        "used": "This invitation was used already",
        "used_text": "A response was sent with this invitation, and stays as it is. If you want to say more, you "
        "can use the form that is open to everybody.",
        "expired": "This invitation has expired",
        "expired_text": "It could be used until {day}. You can still use the form that is open to everybody.",
        "to_open_form": "Open the form for everybody",
        "thanks": "Thank you for your answers",
        "thanks_text": "They are stored. This invitation cannot be used again.",
        "thanks_why": "There is no receipt, because nothing links your answers to your case; for the same reason "
        "we cannot look up or delete yours.",
    },
}
