"""How often one address may ask; what one person may do a day is a rule of the domain."""

from flask import Flask, request
from flask_limiter import Limiter


def reader_address() -> str:
    """Return the reader's address; an IPv6 reader counts by their /64, which is one household."""
    address = request.remote_addr or "unknown"
    return ":".join(address.split(":")[:4]) if ":" in address else address


limiter = Limiter(key_func=reader_address, storage_uri="memory://", strategy="moving-window")


def init_app(app: Flask) -> None:
    """Hold ``app`` to its limits; the page for too many requests is made in errors.py."""
    limiter.init_app(app)
