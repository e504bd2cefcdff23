"""Which code computes: the version of the package and, in a git checkout, the commit."""

import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def read_code_version() -> dict[str, str | None]:
    """``version`` of the package; ``commit`` with ``-dirty`` when files differ from it, None when not known."""
    return {"version": version("hailong"), "commit": _commit()}


def _commit() -> str | None:
    if not (ROOT / ".git").exists():
        return None  # installed from a wheel, perhaps inside somebody else's checkout
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        found = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=20)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None
