"""What the browser carries from us to the provider and back: state, nonce, PKCE verifier, and where to go then."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import quote, unquote

COOKIE = "hailong_oidc"
SECONDS = 600


@dataclass(frozen=True)
class Journey:
    """One way there and back; the values are ours alone, the provider sees state, nonce and the challenge."""

    state: str
    nonce: str
    verifier: str
    next: str

    @property
    def challenge(self) -> str:
        """S256 of the verifier (RFC 7636)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def is_back(self, state: str) -> bool:
        """Whether ``state`` is the one that was sent."""
        return hmac.compare_digest(self.state.encode(), state.encode())

    def write(self) -> str:
        """As the cookie keeps it."""
        return ".".join((self.state, self.nonce, self.verifier, quote(self.next, safe="")))


def start_journey(next: str) -> Journey:
    """New values; each is 256 bits of chance."""
    return Journey(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), next)


def read_journey(cookie: str | None) -> Journey | None:
    """The one that ``write`` wrote."""
    parts = (cookie or "").split(".", 3)
    if len(parts) != 4 or not all(parts):
        return None
    state, nonce, verifier, next = parts
    return Journey(state, nonce, verifier, unquote(next))
