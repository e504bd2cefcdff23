"""The line between a tablet and its service, which can be cut, or lose what comes back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536


class Line:
    """A port that leads to another one. ``is_cut``: nobody answers. ``loses``: replies to requests with this in
    their first line never come back, though the service has done what they say."""

    def __init__(self, leads_to: int) -> None:
        self.leads_to = leads_to
        self.is_cut = False
        self.loses = ""
        self.lost = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                coming, _ = self._listening.accept()
                threading.Thread(target=self._join, args=(coming,), daemon=True).start()

    def _join(self, coming: socket.socket) -> None:
        request = [b""]  # the first line of the request under way
        with coming, suppress(OSError):
            if self.is_cut:
                return
            with socket.create_connection(("127.0.0.1", self.leads_to), 5) as going:
                going.settimeout(None)
                back = threading.Thread(target=self._carry_back, args=(going, coming, request), daemon=True)
                back.start()
                while data := coming.recv(CHUNK):
                    if self.is_cut:
                        break
                    if data.split(b" ", 1)[0] in (b"GET", b"POST"):
                        request[0] = data.split(b"\r\n", 1)[0]
                    going.sendall(data)
                _end(going, coming)
                back.join()

    def _carry_back(self, going: socket.socket, coming: socket.socket, request: list[bytes]) -> None:
        with suppress(OSError):
            while data := going.recv(CHUNK):
                if self.is_cut:
                    break
                if self.loses and self.loses.encode() in request[0]:
                    self.lost += 1
                    break
                coming.sendall(data)
        _end(coming, going)


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def open_line(leads_to: int) -> Iterator[Line]:
    """A line to the port ``leads_to``."""
    line = Line(leads_to)
    yield line
    line.close()
