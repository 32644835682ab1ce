"""Which files of one commit are those of another by other names."""

from pathlib import Path

from kb.git import command
from kb.git.faults import GitFault

MOST = 2000
"""Files told apart by their texts; beyond, only equal ones are recognised, which needs no git."""


def between(folder: Path, old: str, new: str, *, within: str = "") -> dict[str, str]:
    """Return the path of each renamed file of the commit ``new`` with the path it has in ``old``.

    ``within`` is the folder that both paths are in and relative to. Commits of which one is not there have none.
    """
    arguments = ["diff-tree", "-r", "-z", "--find-renames", f"-l{MOST}", "--name-status", "--diff-filter=R"]
    inside = [f"--relative={within}/"] if within else []
    try:
        printed = command.run(folder, [*arguments, *inside, old, new, "--"])
    except GitFault:
        return {}
    pieces = printed.decode("utf-8", "surrogateescape").split("\0")
    return {pieces[at + 2]: pieces[at + 1] for at in range(0, len(pieces) - 2, 3)}
