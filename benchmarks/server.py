"""The server under test as a process: started, asked over loopback, its CPU time read, stopped."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
THREADS = 8


class Server:
    """gunicorn with one process of THREADS threads on a free port of loopback."""

    def __init__(self, name):
        self.name, self.port = name, free_port()

    def __enter__(self):
        there = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "PORT": str(self.port),
            "BASE_URL": f"http://127.0.0.1:{self.port}",
            "HELPDESK_DEMO": "0",
        }
        command = [
            sys.executable, "-m", "gunicorn", "benchmarks.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "1",
            "--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "60", "--log-level", "warning",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, env=there)
        self.wait()
        self.worker = worker_of(self.process.pid)
        return self

    def __exit__(self, *_error):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def wait(self):
        """Until it answers, at most a minute."""
        for _attempt in range(240):
            time.sleep(0.25)
            with contextlib.suppress(OSError), contextlib.closing(self.connect()) as line:
                line.request("GET", "/healthz")
                if line.getresponse().status == 200:
                    return
        raise SystemExit("The server did not start.")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def cpu(self):
        """CPU seconds used so far: (by the application, by the database for it)."""
        return cpu_of(self.worker), sum(cpu_of(pid) for pid in self.backends())

    def backends(self):
        """The ids of the database's processes that serve this server; none on SQLite, which works inside it."""
        if connection.vendor != "postgresql":
            return []
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.name])
            return [pid for (pid,) in cursor.fetchall()]


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def worker_of(parent):
    """The process that answers: gunicorn's one child."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return int(children[0])


def cpu_of(pid):
    """CPU seconds of a process with all its threads: to the nanosecond where the kernel says, else in its ticks."""
    try:
        tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
        nanoseconds = sum(int(task.read_text().split()[0]) for task in tasks)
        if nanoseconds:
            return nanoseconds / 1e9
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0
