"""A small load generator for this machine's own servers: keep-alive connections, each request timed."""

import itertools
import socket
import statistics
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What a burst of requests found; times in milliseconds."""

    per_second: float
    p50: float
    p95: float
    p99: float
    requests: int
    failed: int
    size: int
    """Bytes of the last answer's body."""


def measure(
    port: int, paths: Iterable[str], *, connections: int, seconds: float, cookie: str = "", warm_up: float = 0.5
) -> Load:
    """Ask 127.0.0.1:``port`` for ``paths`` in turn over ``connections`` connections for ``seconds`` after a warm-up."""
    turn = _Turn(paths)
    start = time.perf_counter() + warm_up
    workers = [_Worker(port, turn, cookie, start, start + seconds) for _ in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    times = sorted(itertools.chain.from_iterable(worker.times for worker in workers))
    if len(times) < 2:
        raise RuntimeError(f"no answers from port {port}: {workers[0].problem}")
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Load(
        per_second=len(times) / seconds,
        p50=cuts[49] * 1000,
        p95=cuts[94] * 1000,
        p99=cuts[98] * 1000,
        requests=len(times),
        failed=sum(worker.failed for worker in workers),
        size=workers[0].size,
    )


class _Worker(threading.Thread):
    """One connection, asking again as soon as it is answered."""

    def __init__(self, port: int, paths: "_Turn", cookie: str, start: float, end: float) -> None:
        super().__init__(daemon=True)
        self._port, self._paths, self._cookie = port, paths, cookie
        self._start, self._end = start, end
        self.times: list[float] = []
        self.failed = 0
        self.size = 0
        self.problem = ""

    def run(self) -> None:
        try:
            self._ask_until_the_end()
        except OSError as problem:
            self.problem = str(problem)
            self.failed += 1

    def _ask_until_the_end(self) -> None:
        connection = self._connect()
        while (before := time.perf_counter()) < self._end:
            connection.sendall(self._request(self._paths.next()))
            status, closed = self._answer(connection)
            now = time.perf_counter()
            if before >= self._start and now <= self._end:
                self.times.append(now - before)
                self.failed += status >= 400
            if closed:
                connection.close()
                connection = self._connect()
        connection.close()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _request(self, path: str) -> bytes:
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{cookie}\r\n".encode()

    def _answer(self, connection: socket.socket) -> tuple[int, bool]:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            chunk = connection.recv(262144)
            if not chunk:
                raise ConnectionError("the server closed the connection before it answered")
            data += chunk
        head = data[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        missing = length - (len(data) - end - 4)
        while missing > 0:
            missing -= len(connection.recv(262144))
        self.size = length
        return int(head[9:12]), b"connection: close" in head


class _Turn:
    """Items in turn, for any number of threads: a generator could be asked by one at a time only."""

    def __init__(self, items: Iterable[str]) -> None:
        self._items, self._lock = itertools.cycle(list(items)), threading.Lock()

    def next(self) -> str:
        """Return the next item; after the last comes the first."""
        with self._lock:
            return next(self._items)
