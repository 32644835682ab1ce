"""Rendering processes: started, killed, outlived and left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.markup.pool import Pool
from kb.markup.process import TooSlow
from kb.settings import PROJECT

SLOW = "a\n=\n" * 20_000


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(processes=1)
    yield pool
    pool.close()


def bold(pool: Pool) -> str:
    (rendered,) = pool.render([("**a**", {})], seconds=10)
    assert rendered is not None
    return rendered.html


def test_render_kills_what_takes_too_long_and_goes_on(pool: Pool) -> None:
    bold(pool)
    began = time.perf_counter()
    with pytest.raises(TooSlow):
        pool.render([(SLOW, {})], seconds=0.3)
    assert time.perf_counter() - began < 2
    assert bold(pool) == "<p><strong>a</strong></p>"


def test_render_uses_one_process_for_many(pool: Pool) -> None:
    bold(pool)
    first = pool._idle[0]
    bold(pool)
    assert pool._idle == [first]


def test_render_survives_that_its_process_was_killed_from_outside(pool: Pool) -> None:
    bold(pool)
    os.kill(pool._idle[0]._popen.pid, signal.SIGKILL)
    assert bold(pool) == "<p><strong>a</strong></p>"


def test_render_returns_none_for_what_markdown_fails_on(pool: Pool) -> None:
    deep = "- " * 3_000 + "x"
    failed, fine = pool.render([(deep, {}), ("*a*", {})], seconds=10)
    assert failed is None
    assert fine is not None
    assert fine.html == "<p><em>a</em></p>"


def test_render_takes_more_than_a_pipe_holds(pool: Pool) -> None:
    (rendered,) = pool.render([("long words " * 30_000, {})], seconds=20)
    assert rendered is not None
    assert len(rendered.text) == len("long words " * 30_000) - 1


def test_a_rendering_process_knows_nothing_of_the_site() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, kb.markup.rendering; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    ).stdout.split()
    assert not {"flask", "sqlalchemy", "kb.db", "kb.settings"} & set(loaded)


def test_close_leaves_no_process(pool: Pool) -> None:
    bold(pool)
    pid = pool._idle[0]._popen.pid
    pool.close()
    assert not is_running(pid)
    assert bold(pool) == "<p><strong>a</strong></p>"


def is_running(pid: int) -> bool:
    """Whether a process works on; one that ended may stay listed until somebody asks how."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


SITE = """
import os, signal, sys, time
from kb.markup import posts
assert posts.render_post("**a**").html == "<p><strong>a</strong></p>"
print(posts._pool._idle[0]._popen.pid, flush=True)
"""
FORKED = """
child = os.fork()
if child == 0:
    assert posts._pool._idle == []
    assert posts.render_post("**b**").html == "<p><strong>b</strong></p>"
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
assert posts.render_post("**c**").html == "<p><strong>c</strong></p>"
assert len(posts._pool._idle) == 1
"""
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(("ending", "code"), [("", 0), (FORKED, 0), (KILLED, -signal.SIGKILL)])
def test_a_rendering_process_ends_with_the_process_it_works_for(ending: str, code: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SITE + ending], capture_output=True, text=True, timeout=20, check=False, cwd=PROJECT
    )
    assert ended.returncode == code, ended.stderr
    assert ended.stderr == ""
    until = time.monotonic() + 5
    while is_running(int(ended.stdout)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(int(ended.stdout))
