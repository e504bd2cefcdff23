"""The reason of a signal in words, Vietnamese and English."""

from collections.abc import Mapping

from analysis.quality.signals.frames import Signal

# Kind → language → name of the kind, and the sentence its figures fill.
SENTENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "burst": {
        "vi": ("Dồn dập", "{responses} phiếu trong {minutes} phút (đến {until}); thường chỉ khoảng {expected}."),
        "en": (
            "Burst",
            "{responses} responses within {minutes} minutes (until {until}); about {expected} is usual.",
        ),
    },
    "closing_time": {
        "vi": (
            "Cuối giờ",
            "{hits} trong {responses} phiếu ({share} %) gửi trong {minutes} phút cuối giờ hoặc ngay sau đó; "
            "nơi khác {share_elsewhere} %.",
        ),
        "en": (
            "Closing time",
            "{hits} of {responses} responses ({share} %) came in the last {minutes} minutes or just after; "
            "elsewhere {share_elsewhere} %.",
        ),
    },
    "straight_lines": {
        "vi": (
            "Chấm một mức",
            "{hits} trong {responses} phiếu ({share} %) chấm mọi mục cùng một mức; nơi khác {share_elsewhere} %.",
        ),
        "en": (
            "Straight lines",
            "{hits} of {responses} responses ({share} %) give every item one level; elsewhere "
            "{share_elsewhere} %.",
        ),
    },
    "too_fast": {
        "vi": ("Quá nhanh", "{responses} phiếu trả lời {items} mục trong khoảng {seconds} giây, không kịp đọc."),
        "en": (
            "Too fast",
            "{responses} responses answered {items} items in about {seconds} seconds, too fast to read them.",
        ),
    },
    "same_answers": {
        "vi": (
            "Lặp lại",
            "{responses} phiếu liền nhau trả lời giống hệt; thường chỉ {share} % phiếu trả lời như vậy.",
        ),
        "en": (
            "Same answers",
            "{responses} responses one after the other are the same; usually {share} % answer so.",
        ),
    },
    "same_texts": {
        "vi": (
            "Cùng lời văn",
            "{responses} trong {texts} ý kiến dài viết cùng một câu; nơi khác có {elsewhere} lần.",
        ),
        "en": (
            "Same words",
            "{responses} of {texts} longer comments have the same words; elsewhere they stand {elsewhere} times.",
        ),
    },
    "duplicates": {
        "vi": ("Trùng nội dung", "{responses} phiếu giống hệt phiếu gửi trước đó chưa quá {minutes} phút."),
        "en": ("Same content", "{responses} responses equal one sent less than {minutes} minutes before."),
    },
    "unserved": {
        "vi": ("Nhiều hơn hồ sơ", "{responses} phiếu nhưng chỉ {completed} hồ sơ đã giải quyết {procedure}."),
        "en": ("More than cases", "{responses} responses, but only {completed} completed cases {procedure}."),
    },
    "follow_up": {
        "vi": (
            "Khác mẫu hỏi lại",
            "Tại chỗ {mean} % hài lòng ({n} phiếu), người được chọn để hỏi {mean_later} % ({n_later} phiếu): "
            "chênh {difference} điểm, khoảng 95 % từ {low} đến {high}; thường chênh {usual}.",
        ),
        "en": (
            "Far from follow-up",
            "{mean} % satisfied on the spot ({n} responses), {mean_later} % of those chosen and asked "
            "({n_later}): {difference} points, 95 % interval {low} to {high}; {usual} is usual.",
        ),
    },
    "awake_closed": {
        "vi": ("Máy thức khi đóng cửa", "Máy {device} hoạt động {minutes} phút ngoài giờ, {responses} phiếu."),
        "en": (
            "Awake while closed",
            "Tablet {device} was awake for {minutes} minutes outside hours, {responses} responses.",
        ),
    },
    "closed_hours": {
        "vi": ("Phiếu ngoài giờ", "{responses} phiếu từ máy tại quầy khi cơ quan đóng cửa, trong {days} ngày."),
        "en": ("Closed hours", "{responses} responses from tablets while the office was closed, on {days} days."),
    },
    "trap": {
        "vi": ("Điền ô ẩn", "{responses} phiếu điền cả ô mà người dùng không thấy; có thể do máy gửi."),
        "en": (
            "Hidden field",
            "{responses} responses filled in a field nobody sees; a program may have sent them.",
        ),
    },
}
WHOLE = ("responses", "hits", "completed", "n", "n_later", "texts", "elsewhere", "items", "days")


def name_kind(kind: str, language: str) -> str:
    """The name of ``kind``. METHODS 22."""
    return SENTENCES[kind][language][0]


def tell_reason(signal: Signal, language: str) -> str:
    """The sentence of ``signal``, numbers as ``language`` writes them. METHODS 22.

    >>> tell_reason(Signal("trap", "counter", "A", None, None, {"responses": 3}, ()), "en")
    '3 responses filled in a field nobody sees; a program may have sent them.'
    """
    shown = {name: _show(name, value, language) for name, value in signal.figures.items()}
    if shown.get("procedure"):
        shown["procedure"] = f"({'thủ tục' if language == 'vi' else 'procedure'} {shown['procedure']})"
    return " ".join(SENTENCES[signal.kind][language][1].format(**shown).replace(" .", ".").split())


def _show(name: str, value: float | str, language: str) -> str:
    if isinstance(value, str):
        return value
    text = f"{value:.0f}" if name in WHOLE or float(value).is_integer() else f"{value:.1f}"
    return text.replace(".", ",") if language == "vi" else text
