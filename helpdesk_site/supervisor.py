"""Web, worker and scheduler as one: all start, all stop, and none goes on alone."""

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.request

from django.conf import settings

ENOUGH = 8  # seconds for a clean end; who is still there then is killed
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def programs():
    """The three programs and how they are called."""
    python, celery = sys.executable, ["-m", "celery", "--quiet", "--app", "helpdesk_site"]
    web = ["-m", "gunicorn", "--config", "python:helpdesk_site.web", "helpdesk_site.wsgi"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = [*celery, "worker", "--loglevel", "WARNING", "--pool", "threads", "--concurrency", "4", *alone]
    beat = [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""]
    return {"web": [python, *web], "worker": [python, *worker], "scheduler": [python, *beat]}


class Supervisor:
    """Runs the programs until one ends or we are told to stop. `run` returns the exit code."""

    def __init__(self, commands, *, ready, patience=ENOUGH):
        self.commands = commands
        self.ready = ready  # called once when the web server answers
        self.patience = patience
        self.running = {}
        self.told_to_stop = False

    def run(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        for name, command in self.commands.items():
            self.running[name] = start(command)
        fallen = self.watch()
        if fallen:
            print(f"{fallen}; stopping the others.", file=sys.stderr, flush=True)
        self.end_all()
        return 1 if fallen else 0

    def stop(self, number, frame):
        self.told_to_stop = True

    def watch(self):
        """Wait for the end. Returns what fell over, empty when we were told to stop."""
        announced = False
        while not self.told_to_stop:
            for name, process in self.running.items():
                if process.poll() is not None:
                    return f"The {name} ended by itself ({in_words(process.returncode)})"
            if not announced and answers():
                announced = True
                self.ready()
            time.sleep(0.1)
        return ""

    def end_all(self):
        """One SIGTERM to each, so that running requests and tasks finish; SIGKILL to what is left of them later."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and any(process.poll() is None for process in self.running.values()):
            time.sleep(0.05)
        for process in self.running.values():
            kill_session(process)
            process.wait()


def start(command):
    """A program in a session of its own, so that the terminal's Ctrl-C reaches us alone; it ends when we are killed."""
    environ = {**os.environ, "SKIP_CHECKS": "1", "PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
    return subprocess.Popen(command, env=environ, cwd=settings.BASE_DIR, start_new_session=True, preexec_fn=follow)  # noqa: PLW1509


def follow():
    """Ask Linux for a SIGTERM when the supervisor dies; elsewhere a killed supervisor leaves its programs running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def kill_session(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def answers():
    """Whether the web server answers on its port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.PORT}/healthz", timeout=1) as response:  # noqa: S310
            return response.status == 200
    except OSError:
        return False


def in_words(code):
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
