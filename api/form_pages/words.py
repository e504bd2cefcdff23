"""What the form page says beside the questionnaire: why it is not there, why nothing was stored."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "unknown_form": "Không có phiếu này",
        "unknown_form_text": "Không tìm thấy phiếu “{asked}”. Có: {known}.",
        "to_list": "Xem các phiếu đang dùng",
        "conflict": "Phiếu này đã được ghi nhận trước đó",
        "conflict_text": "Lần gửi trước đã được lưu và giữ nguyên; nội dung vừa sửa không được ghi đè lên.",
        "again": "Mở phiếu mới",
        "away": "Hệ thống tạm thời gián đoạn, phiếu CHƯA được lưu. Các câu trả lời vẫn còn trên trang này: "
        "xin đợi ít phút rồi bấm Gửi ý kiến một lần nữa. Gửi lại không làm phiếu bị tính hai lần.",
        "too_many": "Có quá nhiều phiếu gửi cùng lúc, phiếu CHƯA được lưu. Xin đợi một phút rồi bấm Gửi ý kiến "
        "một lần nữa; các câu trả lời vẫn còn trên trang này.",
        "our_fault": "Lỗi của hệ thống, phiếu CHƯA được lưu. Các câu trả lời vẫn còn trên trang này; "
        "xin thử gửi lại.",
        "empty": "Phiếu chưa có câu trả lời nào",
        "choose_unit": "Xin cho biết nơi đã làm thủ tục",
        "unknown_unit": "Không có đơn vị {code} đang hoạt động; xin chọn lại",
        "out_of_order": "Hệ thống tạm thời gián đoạn",
        "out_of_order_text": "Hiện chưa nhận được phiếu. Xin thử lại sau ít phút.",
        "no_receipt": "Không tìm thấy biên nhận",
        "no_receipt_text": "Không có phiếu nào được lưu với mã này.",
    },
    "en": {
        "unknown_form": "There is no such form",
        "unknown_form_text": "“{asked}” was not found. There are: {known}.",
        "to_list": "See the forms in use",
        "conflict": "These answers were recorded before",
        "conflict_text": "What you sent first is stored and stays as it is; your changes are not in it.",
        "again": "Open a new form",
        "away": "The service is interrupted and your answers are NOT stored. They are still on this page: "
        "please wait a few minutes and press Send again. Sending again does not count twice.",
        "too_many": "Too many answers are coming in and yours are NOT stored. Please wait a minute and press Send "
        "again; they are still on this page.",
        "our_fault": "Our fault: your answers are NOT stored. They are still on this page; please try again.",
        "empty": "No question has been answered",
        "choose_unit": "Please say where you were served",
        "unknown_unit": "There is no unit {code} in operation; please choose again",
        "out_of_order": "The service is interrupted",
        "out_of_order_text": "No answers can be taken right now. Please try again in a few minutes.",
        "no_receipt": "Receipt not found",
        "no_receipt_text": "No answers are stored under this receipt.",
    },
}
