"""gunicorn's worker with threads, which hands a new connection to the process that holds the fewest.

All processes wait at one listening socket, and whichever wakes first takes the connection and keeps it for as long as
the client does: one process may then work through seven connections while its neighbour idles with one.
"""

import selectors
import socket
from multiprocessing import RawArray
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker


class Desks:
    """What a server's processes know of each other: how many connections each holds, and a way to hand one over.

    Made before the fork. Each number has one process that writes it, so no lock is needed, and none can be left behind
    by a process that is killed. A process that replaces a dead one takes over its desk and what was handed to it.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._held = RawArray("q", places)
        self._given = RawArray("q", places * places)  # by giver and taker
        self._taken = RawArray("q", places)
        self._doors = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(places)]
        for door in self._doors:
            for end in door:
                end.setblocking(False)

    def free(self, taken: set[int]) -> int | None:
        """Return the first desk that nobody has."""
        return next((place for place in range(self._places) if place not in taken), None)

    def hold(self, place: int, connections: int) -> None:
        """Say how many connections the process at ``place`` holds."""
        self._held[place] = connections

    def idlest(self) -> int:
        """Return the desk with the fewest connections, those under way to it included."""
        return min(range(self._places), key=self._load)

    def hand_over(self, connection: socket.socket, giver: int, taker: int) -> bool:
        """Send ``connection`` to ``taker``; False when its door is full."""
        try:
            socket.send_fds(self._doors[taker][1], [b"."], [connection.fileno()])
        except OSError:
            return False
        self._given[giver * self._places + taker] += 1
        return True

    def door(self, place: int) -> socket.socket:
        """Return where connections for ``place`` arrive."""
        return self._doors[place][0]

    def take(self, place: int) -> socket.socket | None:
        """Return a connection that was handed to ``place``, or None."""
        try:
            _, descriptors, _, _ = socket.recv_fds(self.door(place), 1, 1)
        except OSError:
            return None
        self._taken[place] += 1
        return socket.socket(fileno=descriptors[0]) if descriptors else None

    def _load(self, place: int) -> int:
        return int(self._held[place] + sum(self._given[place :: self._places]) - self._taken[place])


class FairWorker(ThreadWorker):  # type: ignore[misc]
    """A worker at one of the server's desks; without one (more workers than desks) it is gunicorn's own."""

    desks: Desks
    place: int | None = None
    _connections: int = 0

    @property
    def nr_conns(self) -> int:
        """How many connections this process holds; gunicorn counts here, the other processes read along."""
        return self._connections

    @nr_conns.setter
    def nr_conns(self, connections: int) -> None:
        self._connections = connections
        if self.place is not None:
            self.desks.hold(self.place, connections)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Watch this desk's door while connections are accepted."""
        changes = enabled != self._accepting
        super().set_accept_enabled(enabled)
        if not changes or self.place is None:
            return
        door = self.desks.door(self.place)
        if enabled:
            self.poller.register(door, selectors.EVENT_READ, self._take)
        else:
            self.poller.unregister(door)

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection, and keep it unless another process holds fewer."""
        if self.place is None:
            super().accept(listener)
            return
        try:
            connection, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        idlest = self.desks.idlest()
        if idlest != self.place and self.desks.hand_over(connection, self.place, idlest):
            connection.close()
        else:
            self._serve(connection)

    def _take(self, _door: socket.socket) -> None:
        if self.place is not None and (connection := self.desks.take(self.place)) is not None:
            self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            client = connection.getpeername()
        except OSError:  # gone while it waited
            connection.close()
            return
        self.nr_conns += 1
        connection.setblocking(True)
        self.enqueue_req(TConn(self.cfg, connection, client, self.sockets[0].getsockname()))


def seat(server: Any, worker: FairWorker, desks: Desks) -> None:
    """Give a worker that is about to be forked a free desk."""
    worker.desks = desks
    worker.place = desks.free({one.place for one in server.WORKERS.values()})
    if worker.place is not None:
        desks.hold(worker.place, 0)
