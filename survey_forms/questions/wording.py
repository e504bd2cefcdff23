"""How problems with answers are worded, and how a stranger's value is shown in them without harm."""

from survey_forms.errors import Problem
from survey_forms.form import Question

SHOWN_LETTERS = 40


def show(value: object) -> str:
    """A value somebody sent, short and printable; never the inside of a list or an object, however deep."""
    if isinstance(value, str):
        clean = "".join(letter if letter.isprintable() else "�" for letter in value[:SHOWN_LETTERS])
        return f"“{clean}{'…' if len(value) > SHOWN_LETTERS else ''}”"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        # str() of an int of thousands of digits is refused by Python, and of hundreds helps nobody.
        return str(value) if abs(value) < 10**15 else "số rất lớn / a huge number"
    if isinstance(value, float):
        return str(value)
    return "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else type(value).__name__


def show_key(key: object) -> str:
    """The name of something that does not exist, as in ``show`` without the marks around it."""
    return show(key).strip("“”")


def wrong_type(question: Question, vi: str, en: str, value: object, part: str | None = None) -> Problem:
    """The value is not of the kind the question takes."""
    got = show(value)
    return Problem(question.id, "wrong_type", f"Cần {vi}, nhận được {got}", f"Expected {en}, got {got}", part)


def out_of_range(question: Question, bounds: str, value: object, part: str | None = None) -> Problem:
    """The value is of the right kind but beyond what may be answered."""
    got = show(value)
    return Problem(
        question.id,
        "out_of_range",
        f"Giá trị {got} ngoài khoảng {bounds}",
        f"The value {got} is outside {bounds}",
        part,
    )


def unknown_option(question: Question, value: object, part: str | None = None) -> Problem:
    """No option of the question is called so."""
    known = ", ".join(option.id for option in question.options)
    got = show(value)
    return Problem(
        question.id,
        "unknown_option",
        f"Không có lựa chọn {got}; hãy chọn trong: {known}",
        f"There is no option {got}; choose among: {known}",
        part,
    )
