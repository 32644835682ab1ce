"""Stub; its owner replaces this file."""


def register() -> None:
    """Register with search."""
