"""Telling code from words in Markdown source, without rendering it."""

import re

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_INLINE = re.compile(r"(`+)[^`\n]++\1")


def without_code(markdown: str) -> str:
    """Return ``markdown`` with fenced blocks and code within lines left out, in linear time.

    A fence that is never closed counts as open to the end, though it is rendered as text.
    """
    words: list[str] = []
    closing = ""
    for line in markdown.splitlines():
        fence = _FENCE.match(line)
        if closing:
            if fence and fence[1].startswith(closing) and not line[fence.end() :].strip():
                closing = ""
        elif fence:
            closing = fence[1]
        else:
            words.append(line)
    return _INLINE.sub(" ", "\n".join(words))
