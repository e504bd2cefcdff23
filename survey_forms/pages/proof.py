"""The page that asks for a moment while very much comes from one network: a script works, or one waits."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from survey_forms.pages.render import asset_address, read_asset, style_address
from survey_forms.pages.strict_templates import open_templates

FOLDER = Path(__file__).parent / "templates"
CHALLENGE, ANSWER = "_challenge", "_answer"  # fields of the page
TRAP = "_more"  # a field no person sees and no browser fills in by itself (templates/trap.html)
WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "title": "Xin chờ một chút",
        "why": "Đang có rất nhiều phiếu gửi từ mạng này, nên trang cần kiểm tra rằng đây là người thật. "
        "Những gì đã điền vẫn còn nguyên.",
        "working": "Đang kiểm tra, phiếu sẽ tự gửi sau vài giây.",
        "wait": "Nếu phiếu chưa tự gửi, xin chờ {seconds} giây rồi bấm nút dưới đây.",
        "send": "Gửi ý kiến",
    },
    "en": {
        "title": "One moment, please",
        "why": "Very many responses are being sent from this network, so the page has to make sure that you are a "
        "person. Nothing you filled in is lost.",
        "working": "Checking; it will be sent by itself in a few seconds.",
        "wait": "If nothing happens, please wait {seconds} seconds and then press the button.",
        "send": "Send",
    },
}


def render_proof(
    *,
    language: str,
    action: str,
    pairs: Sequence[tuple[str, str]],
    challenge: str,
    bits: int,
    wait_seconds: int,
) -> str:
    """The page that sends ``pairs`` to ``action`` again, with the answer to ``challenge`` or after a wait."""
    words = WORDS.get(language, WORDS["vi"])
    kept = [(name, value) for name, value in pairs if name not in (CHALLENGE, ANSWER)]
    return (
        open_templates(FOLDER)
        .get_template("proof.html")
        .render(
            words=words,
            language=language if language in WORDS else "vi",
            action=action,
            pairs=kept,
            challenge=challenge,
            bits=bits,
            wait=words["wait"].format(seconds=wait_seconds),
            style=style_address(),
            script=asset_address("proof.js"),
        )
    )


def read_script() -> str:
    """The script that does the work."""
    return read_asset("proof.js")[0]
