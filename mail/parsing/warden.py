"""Mails read under limits of time and memory, in a process beside this one that may be killed at any moment (T25).

The process is kept warm: reading a usual mail costs a millisecond more than reading it here. Where it takes too long or
dies, the next mail gets a new one.
"""

import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path

from .frames import unpacked
from .letter import Letter

SECONDS = 5  # for one mail, from handing it over to its answer
STARTING = 20  # seconds more for a process that has yet to start
ROOM = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")  # of the environment; no secret is in these
PIECE = 1 << 20
LARGE = 5_000_000  # bytes of a mail after which the process, swollen by it, is replaced
MAILS = 2_000  # after which it is replaced anyhow


class Unreadable(Exception):
    """The mail was not read: `reason` is "too_slow", or "too_heavy" when its reader died of it."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Warden:
    """Hands mails to its process, one at a time; threads wait for one another."""

    def __init__(self, seconds=SECONDS):
        self.seconds, self.lock, self.process, self.owner = seconds, threading.Lock(), None, None

    def read(self, raw: bytes) -> Letter:
        """Return what a mail says. Raises Unreadable."""
        with self.lock:
            started = self._start()
            self.deadline = time.monotonic() + self.seconds + (STARTING if started else 0)
            try:
                letter = self._exchange(raw)
            except (TimeoutError, OSError, EOFError, ValueError) as error:
                self._end()
                raise Unreadable("too_slow" if isinstance(error, TimeoutError) else "too_heavy") from error
            self.count += 1
            if len(raw) > LARGE or self.count >= MAILS:
                self._end()
            return letter

    def close(self):
        """End the process."""
        with self.lock:
            self._end()

    def _start(self) -> bool:
        """Have a process of our own: one that is alive, and that no fork shares with us. Tell whether it is new."""
        if self.owner == os.getpid() and self.process and self.process.poll() is None:
            return False
        self.process, self.owner, self.count = None, os.getpid(), 0
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mail.parsing.cell"],
            cwd=ROOM,
            env={**kept, "PYTHONPATH": str(ROOM)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        os.set_blocking(self.process.stdin.fileno(), False)
        return True

    def _exchange(self, raw) -> Letter:
        self._send(len(raw).to_bytes(8, "big"))
        self._send(raw)
        head = self._receive(int.from_bytes(self._receive(8), "big"))
        return unpacked(head, self._receive)

    def _send(self, data):
        data, pipe = memoryview(data), self.process.stdin.fileno()
        while data:
            self._wait([], [pipe])
            data = data[os.write(pipe, data[:PIECE]):]

    def _receive(self, size) -> bytearray:
        data, at, pipe = bytearray(size), 0, self.process.stdout.fileno()
        while at < size:
            self._wait([pipe], [])
            piece = os.read(pipe, min(PIECE, size - at))
            if not piece:
                raise EOFError
            data[at:at + len(piece)] = piece
            at += len(piece)
        return data

    def _wait(self, reading, writing):
        left = self.deadline - time.monotonic()
        if left <= 0 or not any(select.select(reading, writing, [], left)):
            raise TimeoutError

    def _end(self):
        process, self.process = self.process, None
        if process and self.owner == os.getpid():
            process.kill()
            process.stdin.close()
            process.stdout.close()
            process.wait()


_warden = Warden()
read = _warden.read
