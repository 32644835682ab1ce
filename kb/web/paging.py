"""Which page of a list the address asks for."""

from flask import request

from kb.errors import Invalid


def asked_page() -> int:
    """Return ``?page=`` as a number, 1 when there is none; raises Invalid for anything that is not one."""
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Invalid("page", "Pages are numbered from 1; there is no page “%(page)s”.", page=asked[:20])
    return int(asked)
