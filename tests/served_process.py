"""A service in a process of its own, for tests that kill it and benchmarks that load it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection

START_SECONDS = 30


@contextmanager
def run_process(arguments: Sequence[str], *, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """``python arguments`` listening on ``port``; ended on leaving, if it is still there."""
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, **environment})
    try:
        _wait_for(process, port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def run_hailong(database_url: str, *, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """``hailong serve`` on ``database_url``, without a limit to the posts of one address."""
    arguments = ["-c", "from api.cli.main import main; main()", "serve", "--port", str(port)]
    with run_process(
        arguments, port=port, HAILONG_DATABASE_URL=database_url, HAILONG_PUBLIC_POSTS_PER_MINUTE="1000000000"
    ) as process:
        yield process


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the service ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")


def post_once(port: int, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    """Status and body of one post of JSON."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", path, body, {"Content-Type": "application/json"} | headers)
    reply = connection.getresponse()
    found = reply.status, reply.read()
    connection.close()
    return found
