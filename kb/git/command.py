"""Running git on our terms: it asks nothing, inherits nothing, runs no hook, and ends in time."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from kb.git.faults import GitFault, sentence_of

SECONDS = 60.0
MOST_BYTES = 64 * 1024 * 1024
MOST_COMPLAINT = 16 * 1024
_CHUNK = 64 * 1024

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=15 -oClearAllForwardings=yes",
    "GIT_SSH_VARIANT": "ssh",
}
_CONFIG = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.askPass": "",
    "core.fsmonitor": "false",
    # Beyond this size git streams a file instead of holding it in memory, and looks for no deltas in it.
    "core.bigFileThreshold": "8m",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "http.followRedirects": "initial",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
    "pack.threads": "1",
    "pack.windowMemory": "64m",
    "protocol.allow": "never",
    "protocol.https.allow": "always",
    "protocol.ssh.allow": "always",
    "protocol.file.allow": "always",
    # Files are never written by their names, so a strange tree harms nobody: its files are left out one by one, where
    # checking all objects would refuse the repository as a whole, and many honest old ones with it.
    "transfer.fsckObjects": "false",
}
_passed_on: dict[str, str] = {}


def pass_on(variables: Mapping[str, str]) -> None:
    """Give every git started from now on these variables of the environment too, such as a proxy's address."""
    _passed_on.clear()
    _passed_on.update(variables)


def run(
    folder: Path,
    arguments: Sequence[str],
    *,
    given: Iterable[bytes] = (),
    config: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    most: int = MOST_BYTES,
    held: Sequence[int] = (),
) -> bytes:
    """Return what git prints; raises GitFault when it fails, takes too long or prints more than ``most`` bytes.

    ``held`` are open files that git keeps open for as long as it or a program of its own lives.
    """
    with opened(
        folder, arguments, given=given, config=config, variables=variables, seconds=seconds, held=held
    ) as printed:
        data = printed.read(most + 1)
        if len(data) > most:
            raise GitFault(f"Git answered with more than {most // (1024 * 1024)} MiB.")
        return data


@contextmanager
def opened(
    folder: Path,
    arguments: Sequence[str],
    *,
    given: Iterable[bytes] = (),
    config: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    held: Sequence[int] = (),
) -> Iterator[IO[bytes]]:
    """Let git work on the repository at ``folder`` and yield what it prints, while ``given`` is written to it.

    Leaving before the end stops it. Raises GitFault when it cannot start, fails or takes longer than ``seconds``.
    """
    process = _started(folder, arguments, _environment({**_CONFIG, **(config or {})}, variables or {}), held)
    complaint = bytearray()
    late = threading.Event()
    timer = threading.Timer(seconds, _stop_late, (process, late))
    threads = [
        threading.Thread(target=_feed, args=(process, given), daemon=True),
        threading.Thread(target=_drain, args=(process, complaint), daemon=True),
    ]
    for thread in (timer, *threads):
        thread.start()
    done = False
    try:
        assert process.stdout is not None
        yield process.stdout
        done = not process.stdout.read(1)
    finally:
        timer.cancel()
        if not done:
            _stop(process)
        code = process.wait()
        for thread in threads:
            thread.join(1.0)
        if process.stdout:
            process.stdout.close()
    if late.is_set():
        raise GitFault(f"Git was stopped because it took longer than {seconds:g} seconds.")
    if done and code != 0:
        raise sentence_of(complaint.decode("utf-8", "replace"), code)


def _started(
    folder: Path, arguments: Sequence[str], environment: dict[str, str], held: Sequence[int]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ["git", f"--git-dir={folder}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder if folder.is_dir() else folder.parent,
            start_new_session=True,  # so that the programs it starts can be stopped together with it
            pass_fds=held,
        )
    except FileNotFoundError:
        raise GitFault("The program git is not installed on this machine.") from None
    except OSError as problem:
        raise GitFault(f"Git cannot be started: {problem.strerror or problem}.") from None


def _environment(config: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Configuration goes through the environment, because other people on the machine can read arguments."""
    settings = {"GIT_CONFIG_COUNT": str(len(config))}
    for number, (key, value) in enumerate(config.items()):
        settings[f"GIT_CONFIG_KEY_{number}"], settings[f"GIT_CONFIG_VALUE_{number}"] = key, value
    return {"PATH": os.pathsep.join(os.get_exec_path()), **_passed_on, **_ENVIRONMENT, **settings, **variables}


def _feed(process: subprocess.Popen[bytes], given: Iterable[bytes]) -> None:
    assert process.stdin is not None
    try:
        for piece in given:
            process.stdin.write(piece)
        process.stdin.close()
    except (BrokenPipeError, ValueError):  # it ended before it read everything; its exit code says why
        pass


def _drain(process: subprocess.Popen[bytes], complaint: bytearray) -> None:
    """Read all it complains of, so that it never waits for us, and keep the end."""
    assert process.stderr is not None
    while piece := process.stderr.read1(_CHUNK):  # type: ignore[attr-defined]
        complaint += piece
        del complaint[:-MOST_COMPLAINT]
    process.stderr.close()


def _stop_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
