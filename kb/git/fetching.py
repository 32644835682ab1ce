"""Bringing a mirror up to date so that readers see the last good state until the next one is whole."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from kb.git import command
from kb.git.address import Address
from kb.git.faults import GitFault

FETCH_SECONDS = 900.0
WAIT_SECONDS = 60.0
MOST_REFS = 50_000
MOST_LOOSE, MOST_PACKS = 4_000, 50
_ORIGIN, _DISTRUSTED, _UNDER_WAY = "sidekick-origin", "sidekick-distrusted", "sidekick-fetching"
_INCOMING = "refs/incoming/"
_LOGIN = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$KB_GIT_USER" "$KB_GIT_PASSWORD"; }; f'


def was_fetched(folder: Path, address: Address) -> bool:
    """Whether ``folder`` holds what a whole fetch from ``address`` left."""
    try:
        return (folder / _ORIGIN).read_text() == _mark(address)
    except OSError:
        return False


def distrust(folder: Path) -> None:
    """Have the next fetch make the mirror anew."""
    try:
        (folder / _DISTRUSTED).touch()
    except OSError:  # then it is found damaged again the next time it is read
        return


def fetch(folder: Path, address: Address) -> None:
    """Make the refs of ``folder`` those of ``address``; raises GitFault and leaves them when that fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder) as lock:
        if (folder / _DISTRUSTED).exists():
            _make_anew(folder, address, lock)
            return
        try:
            _update(folder, address, lock)
        except GitFault as fault:
            # Most damage is on the other side, where fetching all of it again would not help.
            if not fault.damaged or not was_fetched(folder, address) or _is_whole(folder):
                raise
            _make_anew(folder, address, lock)


def stored_refs(folder: Path) -> dict[str, str]:
    """Return the branches and tags that are there, by full name, with what they point to."""
    printed = command.run(folder, ["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"])
    return dict(line.split(" ") for line in _lines(printed))


def default_branch(folder: Path) -> str:
    """Return the full name of the default branch, "" when there is none."""
    printed = (folder / "HEAD").read_text(errors="replace").strip()
    return printed.removeprefix("ref: ") if printed.startswith("ref: ") else ""


def _update(folder: Path, address: Address, lock: int) -> None:
    _ensure_repository(folder)
    _clear_away(folder)
    offered, default = _offered(folder, address)
    here = stored_refs(folder)
    if was_fetched(folder, address) and here == offered and default == default_branch(folder):
        return
    under_way = folder / _UNDER_WAY
    under_way.touch()
    refspecs = [f"+refs/{kind}/*:{_INCOMING}{kind}/*" for kind in ("heads", "tags")]
    arguments = ["fetch", "--quiet", "--prune", "--no-tags", "--update-shallow", "--no-write-fetch-head", "origin"]
    with login(address) as (config, variables):
        command.run(
            folder,
            [*arguments, *refspecs],
            config=config,
            variables=variables,
            seconds=FETCH_SECONDS,
            held=(lock,),
        )
    _take_over(folder, here, offered)
    if default and default != default_branch(folder):
        command.run(folder, ["symbolic-ref", "HEAD", default])
    _write_whole(folder / _ORIGIN, _mark(address))
    _keep_small(folder, lock)
    under_way.unlink(missing_ok=True)


def _offered(folder: Path, address: Address) -> tuple[dict[str, str], str]:
    """Return what the other side has: branches and tags, and its default branch."""
    with login(address) as (config, variables):
        printed = command.run(
            folder,
            ["ls-remote", "--quiet", "--symref", "origin", "HEAD", "refs/heads/*", "refs/tags/*"],
            config=config,
            variables=variables,
        )
    refs: dict[str, str] = {}
    default = detached = ""
    for line in _lines(printed):
        value, _, name = line.partition("\t")
        if value.startswith("ref: ") and name == "HEAD":
            default = value.removeprefix("ref: ")
        elif name == "HEAD":
            detached = value
        elif not name.endswith("^{}"):
            refs[name] = value
    if not any(name.startswith("refs/heads/") for name in refs):
        raise GitFault("The repository is empty: it has no branch with a commit.")
    if len(refs) > MOST_REFS:
        raise GitFault(f"The repository has {len(refs)} branches and tags; at most {MOST_REFS} are read.")
    return refs, default if default in refs else _likeliest(refs, detached)


def _likeliest(refs: Mapping[str, str], detached: str) -> str:
    """Return the branch that a HEAD without a name, or one that names a branch without commits, stands for."""
    branches = [name for name in refs if name.startswith("refs/heads/")]
    usual = [name for name in ("refs/heads/main", "refs/heads/master") if name in refs]
    at_head = [name for name in (*usual, *branches) if refs[name] == detached]
    return next(iter(at_head or usual or (branches if len(branches) == 1 else [])), "")


def _take_over(folder: Path, here: Mapping[str, str], offered: Iterable[str]) -> None:
    """Make the refs what came in: first those go whose names can be in the way, then the others come at once."""
    printed = command.run(folder, ["for-each-ref", "--format=%(refname) %(objectname)", _INCOMING])
    came = {f"refs/{name.removeprefix(_INCOMING)}": oid for name, oid in (line.split(" ") for line in _lines(printed))}
    if missing := [name for name in offered if name not in came]:
        raise GitFault(f"{missing[0].removeprefix('refs/')} could not be fetched.")
    for lines in (
        [f"delete {name}\n" for name in here if name not in came],
        [f"update {name} {oid}\n" for name, oid in came.items() if here.get(name) != oid],
    ):
        if lines:
            given = (line.encode("utf-8", "surrogateescape") for line in lines)
            command.run(folder, ["update-ref", "--stdin"], given=given)


def _ensure_repository(folder: Path) -> None:
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "config").is_file():
        (folder / "refs").mkdir(exist_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A name that nobody's branch has, until the first fetch has told the right one.
    command.run(folder, ["init", "--quiet", "--bare", "--template=", "--initial-branch=sidekick/none"])


def _make_anew(folder: Path, address: Address, lock: int) -> None:
    """Fetch into a folder beside it, and put that in its place once it is whole."""
    fresh, old = (folder.with_name(f"{folder.name}.{name}") for name in ("fresh", "old"))
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    try:
        _update(fresh, address, lock)
    except GitFault:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    try:
        command.run(folder, ["fsck", "--full", "--no-dangling", "--no-progress"], seconds=FETCH_SECONDS)
    except GitFault:
        return False
    return True


def _clear_away(folder: Path) -> None:
    """Remove lock files and half written packs; nobody else is at work, so a killed fetch left them."""
    for parent, folders, names in os.walk(folder):
        if parent == str(folder) and not (folder / _UNDER_WAY).exists():
            folders[:] = [name for name in folders if name != "objects"]
        for name in names:
            if name.endswith(".lock") or name.startswith(("tmp_pack_", "tmp_idx_", "tmp_rev_", "tmp_obj_")):
                Path(parent, name).unlink(missing_ok=True)
    for half in (folder / "objects").glob("tmp_objdir-*"):
        shutil.rmtree(half, ignore_errors=True)


def _keep_small(folder: Path, lock: int) -> None:
    """Pack what many fetches left, without ever dropping an object: old revisions are read from here."""
    objects = folder / "objects"
    loose, packs = (sum(1 for _ in objects.glob(names)) for names in ("[0-9a-f][0-9a-f]/*", "pack/*.pack"))
    if loose > MOST_LOOSE or packs > MOST_PACKS:
        with suppress(GitFault):  # what was fetched is good all the same
            command.run(folder, ["repack", "-a", "-d", "-k", "--quiet"], seconds=FETCH_SECONDS, held=(lock,))


@contextmanager
def login(address: Address) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yield the configuration and variables that let git read from ``address``, its password only for its own host."""
    config = {"remote.origin.url": address.url}
    if not address.username:
        yield config, {}
        return
    parts = urlsplit(address.url)
    config[f"credential.{parts.scheme}://{parts.netloc}.helper"] = _LOGIN
    yield config, {"KB_GIT_USER": address.username, "KB_GIT_PASSWORD": address.password}


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Wait for other fetches of this mirror, and keep them waiting.

    The lock is the open file's, and git inherits it: while one outlives a process that was killed, nobody else begins.
    """
    with folder.with_name(f"{folder.name}.lock").open("wb") as file:
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise GitFault("Another fetch of this repository is under way.") from None
                time.sleep(0.05)
        yield file.fileno()


def _mark(address: Address) -> str:
    return hashlib.sha256(address.url.encode()).hexdigest()


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text)
    draft.replace(path)


def _lines(printed: bytes) -> list[str]:
    """Return the lines; names may hold characters that only Python takes for line ends."""
    return [line for line in printed.decode("utf-8", "surrogateescape").split("\n") if line]
