"""The program of a rendering process: a line of JSON with texts in, a line of JSON with their HTML out."""

import json
import resource
import signal
import sys

from kb.markup.dialect import render

_MOST_MEMORY = 1 << 30


def main() -> None:
    """Say that it is ready, then answer until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the site ends us by closing stdin
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    _say("ready")
    for line in sys.stdin:
        _say([_answer(text, people) for text, people in json.loads(line)])


def _answer(text: str, people: dict[str, str]) -> list[object] | None:
    """Return the parts of a Rendered, or None for text that Markdown fails on, or finds nothing to show in."""
    try:
        rendered = render(text, people)
    except Exception:
        return None
    if not rendered.html and text.strip():
        return None
    return [rendered.html, rendered.text, rendered.mentions]


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
