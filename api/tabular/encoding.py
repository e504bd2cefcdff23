"""Finds out how the bytes of a text file spell letters: UTF-8, UTF-16 with its mark, or Windows-1258."""

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from api.errors import FileUnusable

CHUNK_BYTES = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = {
    b"\xd0\xcf\x11\xe0": ".xls (Excel 97-2003)",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"PK\x03\x04": "ZIP",
}
# Above this share of NUL bytes a file is not text with a stray NUL but something else.
NUL_SHARE_MAX = 0.05


@dataclass(frozen=True)
class TextFile:
    """``encoding`` as Python names it; ``sha256`` of the bytes."""

    encoding: str
    sha256: str


def detect_encoding(path: Path) -> TextFile:
    """Read the whole of ``path`` once, in pieces; FileUnusable when it is no text we can read.

    Windows-1258 is believed only when the file is not UTF-8 and every byte means a letter there. Older
    Vietnamese fonts (TCVN3, VNI) cannot be told from it: their names then fail as unknown units.
    """
    digest, size, nuls = hashlib.sha256(), 0, 0
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp1258")}
    marked: str | None = None
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if size == 0:
                _refuse_other_kinds(path, chunk)
                marked = next((name for mark, name in _MARKS if chunk.startswith(mark)), None)
                if marked:
                    decoders = {marked: codecs.getincrementaldecoder(marked)()}
            digest.update(chunk)
            size += len(chunk)
            nuls += chunk.count(b"\0")
            _drop_failed(decoders, chunk, final=False)
    _drop_failed(decoders, b"", final=True)
    if size == 0:
        raise FileUnusable("file_empty", f"Tệp {path.name} rỗng", f"The file {path.name} is empty")
    if marked != "utf-16" and nuls > size * NUL_SHARE_MAX:
        decoders.clear()
    if not decoders:
        raise FileUnusable(
            "file_encoding",
            f"Không đọc được chữ trong tệp {path.name}; hãy lưu lại dưới dạng CSV UTF-8",
            f"The letters of {path.name} cannot be read; save it again as CSV UTF-8",
        )
    return TextFile(next(iter(decoders)), digest.hexdigest())


def _refuse_other_kinds(path: Path, start: bytes) -> None:
    for signature, kind in _NOT_TEXT.items():
        if start.startswith(signature):
            raise FileUnusable(
                "file_kind",
                f"Tệp {path.name} là {kind}; cần CSV, XLSX hoặc Parquet",
                f"The file {path.name} is {kind}; CSV, XLSX or Parquet is needed",
            )


def _drop_failed(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, final: bool) -> None:
    for name, decoder in list(decoders.items()):
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError:
            del decoders[name]
