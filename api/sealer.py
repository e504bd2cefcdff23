"""Seals texts with a key that is not in the database (JWE, AES-256-GCM), and opens them."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Sequence

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from api.errors import Conflict
from api.settings import Settings

KEY_BYTES = 32
_HEADER = {"alg": "dir", "enc": "A256GCM"}


class Sealer:
    """``keys`` as ``new_seal_key`` writes them: the first seals, every one opens."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [_read_key(key) for key in keys]

    def seal(self, text: str, *, place: str) -> str:
        """``text`` encrypted, bound to ``place``: it opens nowhere else."""
        name, key = self._keys[0]
        inside = json.dumps({"for": place, "text": text}, ensure_ascii=False)
        return jwe.encrypt_compact({**_HEADER, "kid": name}, inside.encode(), key)

    def open(self, sealed: str, *, place: str) -> str:
        """The text; Conflict when no key opens it, or it was sealed for another place."""
        for _, key in self._keys:
            try:
                inside = json.loads(
                    jwe.decrypt_compact(sealed, key, algorithms=list(_HEADER.values())).plaintext or b""
                )
            except (JoseError, ValueError):
                continue
            if inside["for"] == place:
                return str(inside["text"])
        raise Conflict(
            "seal_not_opened",
            "Không khóa niêm phong nào mở được bản gốc này; hãy thêm khóa cũ vào HAILONG_SEAL_KEY, sau dấu phẩy",
            "No seal key opens this original; add the former key to HAILONG_SEAL_KEY, after a comma",
        )


def make_sealer(settings: Settings) -> Sealer | None:
    """By the keys of ``settings``; None when there is none."""
    keys = [key.strip() for key in settings.seal_key.split(",") if key.strip()]
    return Sealer(keys) if keys else None


def require_sealer(settings: Settings) -> Sealer:
    """As ``make_sealer``; Conflict that says how to make a key."""
    sealer = make_sealer(settings)
    if sealer is None:
        raise Conflict(
            "no_seal_key",
            "Chưa có khóa niêm phong: đặt HAILONG_SEAL_KEY (tạo bằng hailong keys new-seal). Lời góp ý vẫn nằm "
            "chờ, chưa ai đọc được",
            "There is no seal key: set HAILONG_SEAL_KEY (hailong keys new-seal makes one). The comments wait and "
            "nobody can read them",
        )
    return sealer


def new_seal_key() -> str:
    """A fresh random key."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def _read_key(text: str) -> tuple[str, OctKey]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise Conflict(
            "bad_seal_key",
            "HAILONG_SEAL_KEY không đúng dạng; mỗi khóa là 43 ký tự do hailong keys new-seal in ra",
            "HAILONG_SEAL_KEY is not a key; each is the 43 letters that hailong keys new-seal prints",
        )
    return hashlib.sha256(raw).hexdigest()[:8], OctKey.import_key(raw)
