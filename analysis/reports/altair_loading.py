"""Loads the libraries that draw, which come with the extra ``charts``."""

from importlib import import_module
from typing import Any

from analysis.errors import ChartsNotInstalled


def load_altair() -> Any:
    """The module altair, or ChartsNotInstalled with what to install. METHODS 21.1."""
    return _load("altair")


def load_converter() -> Any:
    """The module vl_convert, or ChartsNotInstalled with what to install. METHODS 21.1."""
    return _load("vl_convert")


def _load(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ChartsNotInstalled(name) from error
