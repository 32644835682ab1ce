"""What went wrong with git, in a sentence a person can act on and without anybody's password."""

import re

from kb.git.address import without_credentials

_KNOWN: tuple[tuple[str, str], ...] = (
    (
        r"could not read (Username|Password)|Authentication failed|HTTP Basic: Access denied|error: 40[13]",
        "The git server refuses to let this site read the repository: check the token in the address.",
    ),
    (
        r"Permission denied \(",
        "The git server refuses this site's key: add it to the repository as a deploy key.",
    ),
    (
        r"\[rejected\]|non-fast-forward",
        "The git server has such a branch already, with something else in it.",
    ),
    (
        r"\[remote rejected\]|pre-receive hook declined|access to repository not granted|read only",
        "The git server takes no new branch from this site: its key may only read.",
    ),
    (
        r"Host key verification failed",
        "The git server's host key is not known: add it to known_hosts of the user who runs this site.",
    ),
    (
        r"dubious ownership",
        "The repository belongs to another user of this machine: give it to the user who runs this site, "
        "or read it by ssh or https.",
    ),
    (
        r"Repository not found|repository '.*' not found|not appear to be a git repo|does not exist|not a git repo",
        "There is no git repository at this address, or this site may not read it.",
    ),
    (r"Could not resolve host", "The git server's name is not known."),
    (
        r"Connection (refused|reset)|timed out|unreachable|Failed to connect|No route to host|Operation too slow",
        "The git server cannot be reached.",
    ),
    (r"certificate|SSL", "The git server's certificate is not trusted."),
    (r"mismatched algorithms", "The repository names its objects by SHA-256, which this site does not read."),
    (r"transport '.*' not allowed", "Only https, ssh and file addresses are read."),
    (r"No space left on device", "The disk is full."),
)
_DAMAGE = re.compile(
    r"corrupt|bad object|missing (blob|tree|commit)|unable to read|cannot be accessed|inflate|loose object"
    r"|index-pack failed|invalid index|bad pack|hash mismatch|did not send all necessary|missing necessary objects"
    r"|bad (tree|commit)|unresolved deltas|not our ref|does not point to a valid object|unable to parse"
    r"|could not parse|too-short tree|malformed"
)
_SAID = re.compile(r"(?:fatal|error): *(.+)")


class GitFault(Exception):
    """Git could not do what was asked; ``sentence`` says why."""

    def __init__(self, sentence: str, *, damaged: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.damaged = damaged
        """Whether objects are missing or broken, here or where they came from."""


def sentence_of(complaint: str, code: int) -> GitFault:
    """Return the fault of a git that ended with ``code`` after it complained."""
    if code < 0:
        return GitFault(f"Git was stopped in the middle of its work (signal {-code}).")
    for pattern, sentence in _KNOWN:
        if re.search(pattern, complaint):
            return GitFault(sentence)
    said = _SAID.findall(complaint) or complaint.strip().splitlines() or [f"exit code {code}"]
    words = "".join(c if c.isprintable() else " " for c in without_credentials(said[0]))[:300].strip().rstrip(".")
    if _DAMAGE.search(complaint):
        return GitFault(f"The repository is damaged: {words}.", damaged=True)
    return GitFault(f"Git cannot do it: {words}.")
