"""Signed receipts: with the service's public key anybody can prove later that a response had arrived."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc.jwk import OKPKey

from api.receiving.submission import Receipt
from api.sealing import read_or_make_secret

KEY_FILE = "receipt-key.json"
FORMAT = "hailong-receipt/1"


class ReceiptSigner:
    """Signs with the key in ``folder``, made there with the first receipt. It never leaves the machine: who has it
    can forge receipts, so it is no part of exports or of the database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key: OKPKey | None = None

    def sign(self, receipt: Receipt) -> dict[str, str]:
        """``receipt`` as a tablet keeps it, with its signature (Ed25519, base64url)."""
        return self.sign_words(str(receipt.id), receipt.content_hash, receipt.received_at.isoformat())

    def sign_words(self, id: str, content_hash: str, received_at: str) -> dict[str, str]:
        private: Any = self._opened().get_op_key("sign")
        signature = private.sign(signed_text(id, content_hash, received_at))
        return {
            "id": id,
            "content_hash": content_hash,
            "received_at": received_at,
            "signature": base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
        }

    def public_key(self) -> dict[str, Any]:
        """The public key as a JWK, with what is signed."""
        key = self._opened()
        return {
            "format": FORMAT,
            "signed": "format, id, content_hash, received_at, each on a line of its own, UTF-8",
            "key": dict(key.as_dict(private=False)) | {"alg": "Ed25519", "kid": key.thumbprint(), "use": "sig"},
        }

    def _opened(self) -> OKPKey:
        if self._key is None:
            self._key = OKPKey.import_key(json.loads(read_or_make_secret(self._folder / KEY_FILE, _make_key)))
        return self._key


def signed_text(id: str | UUID, content_hash: str, received_at: str) -> bytes:
    """What is signed."""
    return "\n".join((FORMAT, str(id), content_hash, received_at)).encode()


def _make_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True))
