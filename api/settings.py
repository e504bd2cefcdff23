"""Settings of one running service: frozen, read from the environment once, never at import."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from api.errors import HailongError

PREFIX = "HAILONG_"
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SECRET = ("database_url", "oidc_client_secret", "invitation_key", "seal_key")  # never shown
INVITATION_KEY_LETTERS = 32


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; the environment variable is ``HAILONG_`` and the name in capitals."""

    database_url: str = "sqlite:///var/hailong.sqlite3"
    var_folder: Path = Path("var")
    exports_folder: Path = Path("exports")
    forms_folder: Path = Path("forms")  # an office's own questionnaires, beside the shipped ones
    mappings_folder: Path = Path("mappings")  # what the columns of files posted for import mean
    timezone: str = "Asia/Ho_Chi_Minh"
    body_bytes_max: int = 262_144
    batch_bytes_max: int = 8_388_608
    batch_items_max: int = 500
    public_posts_per_minute: int = 600
    confidence: float = 0.95
    small_cell: int = 10  # METHODS 7.1
    export_licence: str = "CC-BY-4.0"
    public_url: str = ""  # how people reach the service; empty: as each request came
    office_hours: str = "07:30-17:00"  # of counters whose tablets were told no other
    widget_hosts: str = ""  # origins, with spaces between, whose pages may show forms in a frame
    staff_idle_minutes: int = 30
    staff_session_hours: int = 12
    staff_invitation_hours: int = 24
    staff_totp_roles: str = "administrator,analyst"
    oidc_issuer: str = ""  # empty: accounts of this service only
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    seal_key: str = ""  # seals originals of comments; the first of several seals, all open
    comment_original_days: int = 90  # then they are deleted
    privacy_reply_days: int = 2  # working days until a request about one's own data is acknowledged
    privacy_access_days: int = 10  # until data are shown or corrected
    privacy_withdrawal_days: int = 15
    privacy_deletion_days: int = 20
    invitation_key: str = ""  # from it and a case follows the link; empty: no invitations
    invitation_days: int = 45  # links are good so long after the month of the result
    paper_second_share: float = 0.1  # of the sheets of a batch, keyed again by somebody else
    invitation_cell: int = 10  # an answer carries only what so many invited people share

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days and months are counted."""
        return ZoneInfo(self.timezone)

    @property
    def snapshots_folder(self) -> Path:
        """Where typed Parquet snapshots lie."""
        return self.var_folder / "snapshots"

    @property
    def shelf_folder(self) -> Path:
        """Where typed copies of released indices lie; may be deleted at any time."""
        return self.var_folder / "shelf"


class SettingsUnusable(HailongError):
    """Values in the environment that no service can run with."""


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Build the settings from ``environ``; SettingsUnusable names every variable that cannot be used."""
    given, problems = {}, []
    for name, default in vars(Settings()).items():
        variable = PREFIX + name.upper()
        raw = environ.get(variable)
        if raw is None:
            continue
        try:
            given[name] = type(default)(raw)
            is_good = _is_usable(name, given[name])
        except ValueError:
            is_good = False
        if not is_good:
            shown = "…" if name in SECRET else raw[:80]
            problems.append({"variable": variable, "expected": _expected(name, default), "got": shown})
    if given.get("oidc_issuer"):
        needed = [name for name in ("oidc_client_id", "public_url") if not given.get(name)]
        problems += [
            {"variable": PREFIX + name.upper(), "expected": "a value, with HAILONG_OIDC_ISSUER", "got": ""}
            for name in needed
            if PREFIX + name.upper() not in {problem["variable"] for problem in problems}
        ]
    if problems:
        raise SettingsUnusable(
            "settings_unusable",
            f"{len(problems)} biến môi trường không dùng được",
            f"{len(problems)} environment variables cannot be used",
            problems,
        )
    return Settings(**given)


def _is_usable(name: str, value: Any) -> bool:
    if name == "database_url":
        return _is_database_url(value)
    if name == "timezone":
        return value in available_timezones()
    if name in ("public_url", "oidc_issuer"):
        return _is_address(value, is_plain_allowed=name == "public_url")
    if name == "widget_hosts":
        return bool(value.split()) and all(_is_origin(origin) for origin in value.split())
    if name == "staff_totp_roles":
        return set(value.split(",")) <= {"operator", "unit_head", "analyst", "administrator"} or value == "none"
    if name == "invitation_key":
        return len(value) >= INVITATION_KEY_LETTERS
    if name == "office_hours":
        return _are_hours(value)
    if name == "seal_key":
        return all(re.fullmatch(r"[A-Za-z0-9_-]{43}", key.strip()) for key in value.split(","))
    if name == "confidence":
        return 0.5 <= value < 1
    if name == "paper_second_share":
        return 0 <= value <= 1
    return value >= 1 if isinstance(value, int) else bool(str(value).strip())


def _is_database_url(url: str) -> bool:
    try:
        return make_url(url).get_backend_name() in ("sqlite", "postgresql")
    except ArgumentError:
        return False


def _are_hours(hours: str) -> bool:
    first, _, last = hours.partition("-")
    return bool(_TIME.fullmatch(first) and _TIME.fullmatch(last)) and first < last


def _is_address(url: str, *, is_plain_allowed: bool) -> bool:
    parts = urlsplit(url)
    # What an identity provider says must not be changed on its way.
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    is_scheme = parts.scheme == "https" or (parts.scheme == "http" and (is_plain_allowed or is_near))
    return is_scheme and bool(parts.hostname) and not parts.query and not parts.fragment


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    is_bare = f"{parts.scheme}://{parts.netloc}" == text and not set("@;,'*") & set(text)
    return is_bare and bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_near))


def _expected(name: str, default: Any) -> str:
    wanted = {
        "database_url": "sqlite:///file or postgresql://user@host/database",
        "timezone": "a time zone such as Asia/Ho_Chi_Minh",
        "office_hours": "hours such as 07:30-17:00",
        "confidence": "a share such as 0.95",
        "paper_second_share": "a share from 0 to 1, such as 0.1",
        "public_url": "an address such as https://khaosat.example.vn",
        "widget_hosts": "origins with spaces between, such as https://dichvucong.example.vn",
        "invitation_key": f"{INVITATION_KEY_LETTERS} letters or more, as hailong invitations key makes them",
        "seal_key": "keys as `hailong keys new-seal` prints them, with commas between",
        "oidc_issuer": "an address such as https://login.example.vn",
        "staff_totp_roles": "roles with commas between: operator,unit_head,analyst,administrator; or none",
    }
    return wanted.get(name) or ("a whole number from 1 on" if isinstance(default, int) else "a text, not empty")
