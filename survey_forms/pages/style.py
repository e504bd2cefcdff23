"""The style sheet as every page carries it: fetched apart it costs a first visit a round trip."""

import base64
import hashlib
import re
from pathlib import Path


def _shorten(text: str) -> str:
    """Without comments and indents."""
    return re.sub(r"\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()


STYLE = _shorten(Path(__file__).with_name("form.css").read_text(encoding="utf-8"))
# How a content policy names it; nothing else may stand in a page as style.
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
