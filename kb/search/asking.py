"""Stub; its owner replaces this file."""

from typing import Any


def open_engine(extensions: dict[str, Any], settings: Any) -> None:
    """Keep the engine of a site."""


def engine_state(extensions: dict[str, Any]) -> dict[str, object]:
    """Say what the engine holds."""
    return {}
