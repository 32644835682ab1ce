"""What must never take search down: a worker killed, files broken, a disk that is full, everything at once.

    python -m bench.search_chaos [--kills 60] [--readers 100] [--seconds 60] [--documents 2000] [--folder FOLDER]
                                 [--database sqlite|postgres]

This process stands for one of the web server, with a thread for each reader; a search that waits for its turn is
timed from when it was asked for. Prints a table in Markdown and exits with 1 when a bar is missed; 0 kills or readers
leave a part out. The full disk is a small tmpfs where that may be mounted, else a limit on the size of files. On
PostgreSQL the index has no files of its own, so none are broken.
"""

import argparse
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.search_sites import DATABASES, server
from kb.cli import manners
from tests.search.chaos import Seen, Site
from tests.search.test_chaos import BREAKS

PATIENCE = 60.0
BLOCKED = 0.2
CALM = 15.0


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; ``fine`` says whether it passes."""

    what: str
    found: str
    fine: bool


def main() -> None:
    """Run everything, print what was found, and exit with 1 when a bar is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=60)
    options.add_argument("--readers", type=int, default=100)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--documents", type=int, default=2_000)
    options.add_argument("--folder", type=Path, default=None)
    options.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    chosen = options.parse_args()
    manners.look_seldom()  # as the web server does
    with (
        server(chosen.database) as address,
        tempfile.TemporaryDirectory(prefix="kb-chaos-", dir=chosen.folder) as folder,
    ):
        lines = list(_lines(Site(Path(folder), address, documents=chosen.documents), chosen))
    print("| what | found | bar |\n|---|---|---|")
    for line in lines:
        print(f"| {line.what} | {line.found} | {'held' if line.fine else 'MISSED'} |")
    raise SystemExit(not all(line.fine for line in lines))


def _lines(site: Site, chosen: argparse.Namespace) -> Iterator[Line]:
    site.build()
    if chosen.kills:
        yield from _killed(site, chosen.kills)
    if chosen.kills and chosen.database == "sqlite":
        yield from _broken(site)
        yield _full(site)
    if chosen.readers:
        yield from _crowded(site, chosen.readers, chosen.seconds)


def _killed(site: Site, kills: int) -> Iterator[Line]:
    """Kill the worker at random points while documents change all the time."""
    chance = random.Random(11)
    with site.read(4, pause=0.05) as seen:
        for _ in range(kills):
            process = site.start()
            until = time.monotonic() + chance.uniform(0.1, 1.2)
            while time.monotonic() < until:
                site.edit()
                time.sleep(0.02)
            process.kill()
            process.join()
    yield Line(
        f"kill -9 of the worker x {kills}, searches meanwhile", _told(seen), not seen.wrong and not seen.degraded
    )
    with site.worked():
        took = site.clean_within(PATIENCE)
    yield Line("… until `kb check` is clean", f"{took:.1f} s", took <= PATIENCE)


def _broken(site: Site) -> Iterator[Line]:
    """Break the files of the index while nobody looks."""
    for break_it in BREAKS:
        break_it(site.index)
        site.reopen()
        with site.worked(), site.read(4, pause=0.05) as seen:
            took = site.clean_within(PATIENCE)
        words = (break_it.__doc__ or "").splitlines()[0].rstrip(".,")
        yield Line(f"files: {words.lower()}", f"clean after {took:.1f} s; {_told(seen)}", not seen.wrong)


def _full(site: Site) -> Line:
    """Leave the worker no room, then let it have some again."""
    with _small_disk(site) as mounted, site.read(4, pause=0.05) as seen:
        filling = site.folder / "index" / "filling"
        if mounted:
            _fill(filling)
        with site.worked(most_bytes=0 if mounted else 2_000):
            for _ in range(10):
                site.edit(50)
                time.sleep(0.3)
            stuck = bool(site.faults())
        filling.unlink(missing_ok=True)
        with site.worked():
            took = site.clean_within(PATIENCE)
    found, how = f"clean {took:.1f} s after; {_told(seen)}", "tmpfs" if mounted else "file size limit"
    return Line(f"full disk ({how})", found, stuck and not seen.wrong and not seen.degraded)


@contextmanager
def _small_disk(site: Site) -> Iterator[bool]:
    """Have the index on a small disk of its own until the block ends; yields False where none may be mounted."""
    shelf = site.folder / "index"
    used = sum(path.stat().st_size for path in shelf.rglob("*") if path.is_file())
    aside = shelf.rename(site.folder / "index-aside")
    shelf.mkdir(mode=0o700)
    size = f"size={used // 1024 * 4 + 4096}k,mode=700"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(shelf)], check=False).returncode == 0
    subprocess.run(["cp", "-a", f"{aside}/.", str(shelf)], check=True)
    site.reopen()
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(shelf)], check=True)
        subprocess.run(["rm", "-rf", str(shelf)], check=True)
        aside.rename(shelf)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def _crowded(site: Site, readers: int, seconds: float) -> Iterator[Line]:
    """Search from many threads while the worker commits every second and an index is built and swapped in."""
    with site.read(readers, pause=1.0) as calm:
        time.sleep(CALM)
    swaps, until, builder = 0, time.monotonic() + seconds, site.build_beside()
    with site.worked(), site.read(readers, pause=1.0) as seen:
        while time.monotonic() < until:
            site.edit(20)
            time.sleep(1.0)
            if not builder.is_alive():
                swaps += builder.exitcode == 0
                builder = site.build_beside()
        builder.join()
        took = site.clean_within(PATIENCE)
    yield Line(f"{readers} readers, nothing else", _told(calm), not calm.wrong)
    fine = not seen.wrong and not seen.degraded and swaps > 0
    yield Line(f"{readers} readers, a commit a second, {swaps} swaps", _told(seen), fine)
    blocked = max(seen.seconds) - max(calm.seconds)
    yield Line("… the slowest beyond the slowest before", f"{blocked * 1000:.0f} ms", blocked <= BLOCKED)
    yield Line("… until `kb check` is clean", f"{took:.1f} s", took <= PATIENCE)


def _told(seen: Seen) -> str:
    if not seen.seconds:
        return f"no searches; {len(seen.wrong)} wrong"
    cuts = (
        [value * 1000 for value in statistics.quantiles(seen.seconds, n=100)] if len(seen.seconds) > 1 else [0.0] * 99
    )
    times = f"p50 {cuts[49]:.0f}, p99 {cuts[98]:.0f}, most {max(seen.seconds) * 1000:.0f} ms"
    wrong = f"{len(seen.wrong)} wrong" + (f" ({seen.wrong[0]})" if seen.wrong else "")
    return f"{len(seen.seconds)} searches, {wrong}, {seen.degraded} by titles; {times}"


if __name__ == "__main__":
    main()
