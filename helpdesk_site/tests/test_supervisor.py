"""Web, worker and scheduler run together: all start, all stop, none goes on alone (issue, part 1)."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from helpdesk_site.supervisor import programs

UNDER_TEST = """
import sys
from helpdesk_site.supervisor import Supervisor
commands = {name: [sys.executable, "-c", code] for name, code in zip(sys.argv[1::2], sys.argv[2::2])}
sys.exit(Supervisor(commands, ready=lambda: None, patience=2).run())
"""
OBEDIENT = """
import os, signal, sys, time
def say(word): os.write(1, f"{word} {os.getpid()}\\n".encode())
def stop(*_): say("stopped"); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
say("started")
time.sleep(600)
"""
STUBBORN = OBEDIENT.replace("sys.exit(0)", "time.sleep(600)")


class House:
    """A supervisor with programs of our own."""

    def __init__(self, **commands):
        words = [word for pair in commands.items() for word in pair]
        self.process = subprocess.Popen(
            [sys.executable, "-c", UNDER_TEST, *words],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "helpdesk_site.settings", "PORT": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started = "".join(self.process.stdout.readline() for _ in commands)
        self.pids = [int(pid) for pid in re.findall(r"started (\d+)", started)]
        assert len(self.pids) == len(commands), started

    def ends(self):
        """(exit code, what was said) once all is over."""
        said, _nothing = self.process.communicate(timeout=30)
        return self.process.returncode, said

    def left(self):
        return [pid for pid in self.pids if is_alive(pid)]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.fixture
def house():
    made = []

    def build(**commands):
        made.append(House(**commands))
        return made[-1]

    yield build
    for one in made:
        for pid in [*one.left(), one.process.pid]:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        one.process.wait()


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_all_stop_cleanly_and_once(house, word):
    """Ctrl-C ends all: one SIGTERM to each, exit code 0."""
    one = house(web=OBEDIENT, worker=OBEDIENT, scheduler=OBEDIENT)
    one.process.send_signal(word)
    code, said = one.ends()
    assert code == 0
    assert said.count("stopped") == 3
    assert not one.left()


@pytest.mark.parametrize("fallen", [0, 1, 2])
def test_when_one_is_killed_the_others_stop_and_it_is_said_which(house, fallen):
    names = ["web", "worker", "scheduler"]
    one = house(**dict.fromkeys(names, OBEDIENT))
    os.kill(one.pids[fallen], signal.SIGKILL)
    code, said = one.ends()
    assert code != 0
    assert "killed by SIGKILL" in said
    assert said.count("stopped") == 2
    assert not one.left()


def test_the_fallen_one_is_named(house):
    one = house(worker=OBEDIENT)
    os.kill(one.pids[0], signal.SIGKILL)
    assert one.ends()[1] == "The worker ended by itself (killed by SIGKILL); stopping the others.\n"


@pytest.mark.early
def test_one_that_will_not_stop_is_killed_in_the_end(house):
    one = house(web=OBEDIENT, worker=STUBBORN)
    one.process.send_signal(signal.SIGINT)
    assert one.ends()[0] == 0
    assert not one.left()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_no_orphans_when_the_supervisor_itself_is_killed(house):
    one = house(web=OBEDIENT, worker=OBEDIENT)
    one.process.kill()
    assert until(lambda: not one.left())


def test_the_programs_are_web_worker_and_scheduler():
    """CONTRACT: the three run together; on loopback alone."""
    from helpdesk_site import web

    assert list(programs()) == ["web", "worker", "scheduler"]
    assert web.bind.startswith("127.0.0.1:")
    assert web.workers == 1  # its memory is everybody's cache
