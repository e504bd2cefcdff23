"""The files of the kiosk page as one version: whoever has one of them can tell whether it fits the others."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
SHELL, WORKER, MANIFEST = "shell.html", "sw.js", "manifest.json"
COMMENT_LINES = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
VERSION_LETTERS = 12

# Nothing from elsewhere, no script or style inside the page; the page sends only to where it came from.
KIOSK_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'"  # of what is no page by itself; fifty long headers weigh more than the page


@dataclass(frozen=True)
class Assets:
    """Every file by its path, ready to send. ``version`` changes with any byte of any of them."""

    version: str
    files: Mapping[str, str]

    def media_type(self, path: str) -> str:
        return TYPES[Path(path).suffix]


def read_assets(folder: Path = FOLDER) -> Assets:
    """The page as it lies in ``folder``; the version and the list of files are written where they are needed."""
    found = {
        file.relative_to(folder).as_posix(): _leave_out_comments(file)
        for file in sorted(folder.rglob("*"))
        if file.suffix in TYPES
    }
    digest = hashlib.sha256(json.dumps(found, sort_keys=True, ensure_ascii=True).encode())
    version = digest.hexdigest()[:VERSION_LETTERS]
    listed = json.dumps([f"/kiosk/app/{version}/{path}" for path in found if path not in (WORKER, MANIFEST)])
    written = {"{{version}}": version, '["{{files}}"]': listed}
    return Assets(version, {path: _write(text, written) for path, text in found.items()})


def _leave_out_comments(file: Path) -> str:
    """The text of ``file``; scripts and styles without the lines that are comment from end to end, a fifth of
    what a tablet would fetch."""
    text = file.read_text(encoding="utf-8")
    return COMMENT_LINES.sub("", text) if file.suffix in (".js", ".css") else text


def _write(text: str, written: Mapping[str, str]) -> str:
    for mark, value in written.items():
        text = text.replace(mark, value)
    return text
