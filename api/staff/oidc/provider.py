"""Talking to the identity provider: what it offers, the code against its word, and whether the word is its own."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.errors import Forbidden, Unavailable
from api.settings import Settings

TIMEOUT_SECONDS = 10
LEEWAY_SECONDS = 60  # two clocks
BYTES_MAX = 1_000_000
# Signed with a key of the provider; never "none", never a shared secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
MULTI_FACTOR = frozenset({"mfa", "otp", "hwk", "sc", "fpt", "face"})  # RFC 8176


@dataclass(frozen=True)
class Identity:
    """Who the provider says this is."""

    subject: str
    email: str | None  # only one it has verified
    has_second_factor: bool


@dataclass(frozen=True)
class Offer:
    """Where the provider does what."""

    authorize: str
    token: str
    keys: str
    is_secret_in_form: bool


def find_offer(settings: Settings) -> Offer:
    """The provider's own description; Unavailable when it cannot be had, or is somebody else's."""
    found = _get_json(settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != settings.oidc_issuer or not all(isinstance(found.get(name), str) for name in wanted):
        raise _away("its description names another issuer, or lacks an address")
    ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    authorize, token, keys = (str(found[name]) for name in wanted)
    return Offer(authorize, token, keys, "client_secret_basic" not in ways and "client_secret_post" in ways)


def authorize_address(
    offer: Offer, settings: Settings, *, back: str, state: str, nonce: str, challenge: str
) -> str:
    """Where the browser is sent to sign in; ``challenge`` is the S256 of the PKCE verifier."""
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": back,
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{offer.authorize}{'&' if '?' in offer.authorize else '?'}{urlencode(asked)}"


def fetch_identity(
    settings: Settings, *, code: str, verifier: str, nonce: str, back: str, now: datetime
) -> Identity:
    """Who signed in, for the ``code`` the browser brought; Forbidden when the provider's word does not hold."""
    offer = find_offer(settings)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": settings.oidc_client_id,
        "code_verifier": verifier,
    }
    basic = None
    if settings.oidc_client_secret and offer.is_secret_in_form:
        form["client_secret"] = settings.oidc_client_secret
    elif settings.oidc_client_secret:
        basic = (settings.oidc_client_id, settings.oidc_client_secret)
    word = _post_form(offer.token, form, basic).get("id_token")
    if not isinstance(word, str):
        raise _not_believed("no id_token")
    return read_identity(word, _get_json(offer.keys), settings, nonce=nonce, now=now)


def read_identity(word: str, keys: Any, settings: Settings, *, nonce: str, now: datetime) -> Identity:
    """What the signed ``word`` says; Forbidden unless it is of this provider, for us, this visit, and fresh."""
    claims_of = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(word, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        claims_of.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _not_believed(type(error).__name__) from None
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != settings.oidc_client_id:
        raise _not_believed("azp")
    email = claims.get("email") if claims.get("email_verified") is True else None
    methods = claims.get("amr")
    return Identity(
        subject=str(claims["sub"])[:255],
        email=str(email) if email else None,
        has_second_factor=isinstance(methods, list) and bool(MULTI_FACTOR & {str(found) for found in methods}),
    )


def _get_json(address: str) -> dict[str, Any]:
    return _read(lambda client: client.get(address))


def _post_form(address: str, form: dict[str, str], basic: tuple[str, str] | None) -> dict[str, Any]:
    return _read(lambda client: client.post(address, data=form, auth=basic))


def _read(ask: Any) -> dict[str, Any]:
    try:
        with httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
            reply = ask(client)
    except httpx2.HTTPError as error:
        raise _away(type(error).__name__) from None
    if reply.status_code in (400, 401, 403):
        raise _not_believed(f"status {reply.status_code}")
    if reply.status_code != 200 or len(reply.content) > BYTES_MAX:
        raise _away(f"status {reply.status_code}")
    try:
        found = reply.json()
    except json.JSONDecodeError:
        raise _away("no JSON") from None
    if not isinstance(found, dict):
        raise _away("no JSON object")
    return found


def _away(why: str) -> Unavailable:
    return Unavailable(
        "provider_away",
        f"Hệ thống đăng nhập của cơ quan không trả lời đúng ({why}); hãy thử lại sau",
        f"The office's identity provider does not answer as it should ({why}); try again later",
    )


def _not_believed(why: str) -> Forbidden:
    return Forbidden(
        "provider_not_believed",
        f"Không xác nhận được lần đăng nhập này ({why}); hãy đăng nhập lại từ đầu",
        f"This sign-in could not be confirmed ({why}); start again",
    )
