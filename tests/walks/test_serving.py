"""`kb serve` as an operator meets it: an empty folder, one command, a ready site, a clean stop."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ON_POSTGRES

pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="the same processes; walked on SQLite")
ROOT = Path(__file__).parent.parent.parent


class Running:
    """One `kb serve` and the questions a test asks of it."""

    def __init__(self, folder: Path, **variables: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        environment |= {"KB_DATA_DIR": str(folder), "KB_PORT": str(self.port), **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kb.cli", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Wait for /readyz; generous, because the machine may be busy."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process.poll() is None, self.process.stdout and self.process.stdout.read()
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("never ready")

    def children(self) -> list[int]:
        """Return the ids of the processes right below this one."""
        return children_of(self.process.pid)

    def descendants(self) -> list[int]:
        """Return the ids of every process below this one."""
        found, look = [], [self.process.pid]
        while look:
            below = children_of(look.pop())
            found += below
            look += below
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=30)


def children_of(parent: int) -> list[int]:
    """Return the ids of the living processes whose parent is ``parent``."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, above = stat.read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue  # it ended while we looked
        if int(above) == parent and state != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    site = Running(tmp_path / "data")
    yield site
    site.stop()


def test_serve_on_an_empty_folder_is_ready_mends_itself_and_stops_when_told(running: Running) -> None:
    running.wait_until_ready()
    assert running.get("/healthz") == (200, "ok\n")
    assert running.get("/")[0] == 200
    status, text = running.get("/search?q=reset+my+password")
    assert status == 200
    assert "/articles/your-account/reset-your-password" in text
    assert running.get("/articles/your-account/reset-your-password")[0] == 200
    kill_the_worker(running)
    assert running.get("/healthz")[0] == 200
    stop_all(running, signal.SIGTERM)


def kill_the_worker(running: Running) -> None:
    """Kill it and wait until there is another."""
    time.sleep(3.2)  # a child that dies within three seconds of its start ends the whole
    before = running.children()
    assert len(before) == 2, "the web arbiter and the worker"
    worker = next(pid for pid in before if not children_of(pid))
    os.kill(worker, signal.SIGKILL)
    end = time.monotonic() + 15
    while worker in running.children() or len(running.children()) < len(before):
        assert time.monotonic() < end, "the worker was not started again"
        time.sleep(0.1)


def stop_all(running: Running, number: int) -> None:
    """Send a signal and see every process end."""
    end = time.monotonic() + 15
    while len(below := running.descendants()) < 4:  # the first web process may answer before the second is there
        assert time.monotonic() < end, "a web arbiter, two web processes and a worker"
        time.sleep(0.05)
    assert running.stop(number) == 0
    for pid in below:
        assert not Path(f"/proc/{pid}").exists()


def test_serve_on_a_taken_port_says_so_and_stops(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        end = serve(KB_DATA_DIR=str(tmp_path), KB_PORT=port)
    assert end.returncode == 1
    assert end.stderr.strip() == f"kb: Cannot listen at 127.0.0.1:{port}: Address already in use."


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    end = serve(KB_DATA_DIR=str(tmp_path), KB_PORT="eighty")
    assert end.returncode == 1
    assert end.stderr.strip().splitlines()[-1].startswith("kb: KB_PORT: ")
    assert "Traceback" not in end.stderr


def test_serve_without_content_stops_on_a_new_site_and_goes_on_with_an_old_one(
    running: Running, tmp_path: Path
) -> None:
    end = serve(KB_DATA_DIR=str(tmp_path / "new"), KB_CONTENT=str(tmp_path / "nowhere"))
    assert end.returncode == 1
    assert end.stderr.strip().splitlines()[-1].startswith("kb: KB_CONTENT: ")
    running.wait_until_ready()
    stop_all(running, signal.SIGINT)
    again = Running(tmp_path / "data", KB_CONTENT=str(tmp_path / "nowhere"))
    try:
        again.wait_until_ready()
        assert again.get("/articles/your-account/join")[0] == 200
    finally:
        again.stop()


def serve(**variables: str) -> subprocess.CompletedProcess[str]:
    """Run a `kb serve` that cannot start; where no port is given it is a free one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        variables = {"KB_PORT": str(free.getsockname()[1]), **variables}
    return subprocess.run(
        [sys.executable, "-m", "kb.cli", "serve"],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
