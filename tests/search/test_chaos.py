"""A worker that is killed, files that break, a disk that is full: readers are served, and the index mends itself.

bench/search_chaos.py does the same for longer.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.search.chaos import Site

PATIENCE = 60.0


def empty(index: Path) -> None:
    """Leave nothing of the words of a segment, as a machine does that loses power before it wrote them."""
    words = max(index.glob("*.trm"), key=lambda path: path.stat().st_size)
    words.unlink()  # whoever has it open reads on
    words.touch()


def foreign(index: Path) -> None:
    """Make it the index of another site."""
    notes = index / "notes.json"
    notes.write_text(notes.read_text().replace('"site": "', '"site": "0'))


def older(index: Path) -> None:
    """Point at an index that a later version would have built."""
    (index.parent / "current").write_text("999-00000000")


BREAKS: list[Callable[[Path], None]] = [empty, foreign, older]


def test_search_survives_whatever_happens_to_its_worker_and_its_files(tmp_path: Path) -> None:
    site, chance = Site(tmp_path), random.Random(7)
    site.build()
    with site.read(2, pause=0.02) as seen:
        for _ in range(3):
            process = site.start()
            until = time.monotonic() + chance.uniform(0.4, 1.0)
            while time.monotonic() < until:
                site.edit()
                time.sleep(0.05)
            process.kill()
            process.join()
    assert seen.wrong == [] and seen.degraded == 0 and len(seen.seconds) > 20
    for break_it in BREAKS:
        break_it(site.index)
        site.reopen()
        assert site.faults() != []
        with site.worked(), site.read(2, pause=0.02) as seen:
            site.clean_within(PATIENCE)
        assert seen.wrong == []
    with site.worked(most_bytes=2_000), site.read(2, pause=0.02) as seen:
        site.edit()
        time.sleep(1.5)
        assert site.faults() != [], "the disk is full"
    assert seen.wrong == []
    with site.worked():
        site.clean_within(PATIENCE)
