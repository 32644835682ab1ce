"""The production server's processes share connections evenly, and one that dies is replaced at its desk."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from kb.cli.web_worker import Desks
from tests.conftest import ON_POSTGRES

pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="no database is asked")

SERVER = """
import os, sys
from types import SimpleNamespace
from flask import Flask
from kb.cli import web_server

app = Flask("pids", template_folder=None)
app.config["SETTINGS"] = SimpleNamespace(processes=2)
app.route("/")(lambda: str(os.getpid()))
web_server._warm = lambda app: None  # there is no index here
web_server.run(app, f"127.0.0.1:{sys.argv[1]}")
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server whose only page says which process answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(number)])
    try:
        until_answers(number)
        yield number
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0


def until_answers(port: int) -> None:
    """Wait until the server accepts connections."""
    for _ in range(300):
        try:
            ask(HTTPConnection("127.0.0.1", port, timeout=10))
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server never answered")


def ask(connection: HTTPConnection) -> int:
    """Return the process that answers on ``connection``."""
    connection.request("GET", "/")
    return int(connection.getresponse().read())


def who_answers(port: int, connections: int) -> Counter[int]:
    """Open as many connections, ask each twice, and return how many each process holds."""
    opened = [HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(connections)]
    try:
        first = [ask(one) for one in opened]
        assert [ask(one) for one in opened] == first, "a kept connection stays with its process"
        return Counter(first)
    finally:
        for one in opened:
            one.close()


def wait_for_even(port: int) -> Counter[int]:
    """Ask until both processes hold their half; connections closed a moment ago still count for a moment."""
    shares: Counter[int] = Counter()
    for _ in range(50):
        shares = who_answers(port, 8)
        if sorted(shares.values()) == [4, 4]:
            break
        time.sleep(0.1)
    return shares


def test_two_processes_hold_four_of_eight_connections_each(port: int) -> None:
    assert sorted(wait_for_even(port).values()) == [4, 4]


def test_a_killed_process_is_replaced_and_shares_again(port: int) -> None:
    before = wait_for_even(port)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            after = who_answers(port, 8)
        except OSError:  # the victim's connections went with it
            continue
        if victim not in after and sorted(after.values()) == [4, 4]:
            return
        time.sleep(0.05)
    raise AssertionError(f"connections are not shared again: {after}")


def test_a_connection_under_way_counts_for_the_one_who_gets_it() -> None:
    desks = Desks(2)
    desks.hold(0, 1)
    assert desks.idlest() == 1
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert desks.hand_over(theirs, 0, 1)
        assert desks.hand_over(theirs, 0, 1)
        assert desks.idlest() == 0
        arrived = desks.take(1)
        assert arrived is not None
        desks.hold(1, 1)
        arrived.sendall(b"hello")
        assert ours.recv(5) == b"hello"
        arrived.close()
    assert desks.idlest() == 0, "one is held and one still under way"


def test_nothing_to_take_and_a_full_door() -> None:
    desks = Desks(2)
    assert desks.take(0) is None
    ours, theirs = socket.socketpair()
    with ours, theirs:
        handed = 0
        while desks.hand_over(theirs, 0, 1):
            handed += 1
            assert handed < 100_000
        assert handed > 0
        taken = []
        while (one := desks.take(1)) is not None:
            taken.append(one)
        assert len(taken) == handed
        for one in taken:
            one.close()


def test_desks_are_given_once() -> None:
    desks = Desks(2)
    assert desks.free(set()) == 0
    assert desks.free({0}) == 1
    assert desks.free({0, 1}) is None
