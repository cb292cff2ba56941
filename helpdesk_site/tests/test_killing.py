"""SIGKILL under load: nothing that was acknowledged is lost, nothing is done twice (issue, "Done when" 3)."""

import os
import random
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from helpdesk_site.cast import raise_cast
from helpdesk_site.supervisor import kill_session, programs
from helpdesk_site.testing import environment_of_this_database
from mail.models import OutgoingMail
from tickets.models import Message, PendingReply, Ticket

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]
KILLS = 20


class Forms(HTMLParser):
    """The forms of a page: {action: {hidden field: value}}."""

    def __init__(self, page):
        super().__init__()
        self.found, self.here = {}, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        words = dict(attributes)
        if tag == "form":
            self.here = self.found.setdefault(words.get("action", ""), {})
        elif tag == "input" and words.get("type") == "hidden" and self.here is not None:
            self.here[words.get("name", "")] = words.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.here = None


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Browser:
    """A person's browser, which repeats what was not answered, with the same form."""

    def __init__(self, base, cookies):
        self.base = base
        self.cookies = dict(cookies)
        self.opener = urllib.request.build_opener(Stay)

    def form(self, address, action):
        """The hidden fields of a form; the page is loaded until it comes."""
        while True:
            status, _where, page = self.ask(address)
            if status == 200:
                return Forms(page).found[action]
            assert status in (0, 500, 502, 503), (status, address)
            time.sleep(0.1)

    def send(self, action, **fields):
        """Send until it is acknowledged by a redirect. Returns where to."""
        while True:
            status, where, page = self.ask(action, urllib.parse.urlencode(fields).encode())
            if status == 302:
                return where
            assert status in (0, 500, 502, 503), (status, page[:2000])
            time.sleep(0.1)

    def ask(self, address, data=None):
        """(status, where to, page); status 0 when nobody answered."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        request = urllib.request.Request(self.base + address, data, {"Cookie": cookie})
        try:
            try:
                answer = self.opener.open(request, timeout=15)
            except urllib.error.HTTPError as refused:
                answer = refused
            with answer:
                for header in answer.headers.get_all("Set-Cookie", []):
                    name, _equals, value = header.partition(";")[0].partition("=")
                    self.cookies[name] = value
                return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        except OSError:
            return 0, "", ""
        except Exception as broken:  # a connection that broke off in the middle of an answer
            assert type(broken).__module__ == "http.client", broken
            return 0, "", ""


class House:
    """Web, worker and scheduler as `bin/run` starts them, each to be killed and started again."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        quiet = {"SKIP_CHECKS": "1", "PYTHONWARNINGS": "ignore", "LOG_LEVEL": "CRITICAL"}
        self.environ = environment_of_this_database(PORT=str(self.port), BASE_URL=self.base, **quiet)
        self.running = {name: self.start(name) for name in programs()}
        self.wait()

    def start(self, name):
        command = [word.replace(f":{settings.PORT}", f":{self.port}") for word in programs()[name]]
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=self.environ, start_new_session=True)

    def wait(self):
        deadline = time.monotonic() + 60
        browser = Browser(self.base, {})
        while browser.ask("/healthz")[0] != 200:
            assert time.monotonic() < deadline, "the web server does not come back"
            time.sleep(0.05)

    def kill(self, name):
        os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()
        self.running[name] = self.start(name)
        self.wait()

    def end(self):
        for process in self.running.values():
            kill_session(process)
            process.wait()


class Load:
    """People at work: two clients open and answer tickets, an agent answers with a time to undo."""

    def __init__(self, base, cookies):
        self.base, self.cookies = base, cookies
        self.over = threading.Event()
        self.opened, self.said, self.errors = {}, [], []
        self.threads = [
            threading.Thread(target=self.work, args=(self.client, "anna")),
            threading.Thread(target=self.work, args=(self.client, "olga")),
            threading.Thread(target=self.work, args=(self.agent, "sam")),
        ]
        for thread in self.threads:
            thread.start()

    def work(self, job, who):
        browser, count = Browser(self.base, self.cookies[who]), 0
        try:
            while not self.over.is_set():
                count += 1
                job(browser, f"{who} {count}")
        except BaseException as error:
            self.errors.append(error)

    def client(self, browser, word):
        address = "/tickets/new/support/"
        hidden = browser.form(address, "")
        where = browser.send(address, **hidden, subject=f"Ticket of {word}", message="It does not work.")
        number = where.rstrip("/").rpartition("/")[2]
        address = f"/t/{number}/"
        hidden = browser.form(address, f"{address}reply/")
        browser.send(f"{address}reply/", **hidden, message=f"More from {word}")
        self.opened[word] = number
        self.said.append(f"More from {word}")

    def agent(self, browser, word):
        unanswered = [number for number in list(self.opened.values()) if number not in self.said]
        if not unanswered:
            time.sleep(0.1)
            return
        self.said.append(unanswered[0])
        address = f"/t/{unanswered[0]}/"
        hidden = browser.form(address, f"{address}reply/")
        browser.send(f"{address}reply/", **hidden, message=f"An answer from {word}")
        self.said.append(f"An answer from {word}")

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(120)
        assert self.errors == []


@pytest.fixture
def cookies(client_of_everybody):
    return {who: {"session": one.cookies["session"].value} for who, one in client_of_everybody.items()}


@pytest.fixture
def client_of_everybody(transactional_db):
    from django.test import Client

    cast, clients = raise_cast(password=None), {}
    cast.sam.undo_seconds = 1
    cast.sam.save(update_fields=["undo_seconds"])
    for who in ("anna", "olga", "sam"):
        clients[who] = Client()
        clients[who].force_login(getattr(cast, who), backend="accounts.backends.Backend")
    return clients


def test_nothing_acknowledged_is_lost_or_doubled_when_web_and_worker_are_killed(cookies):
    """T06, T07, SECURITY (an acknowledged action survives SIGKILL): as PostgreSQL tests itself. What was acknowledged
    is there, once; nothing half done is there; the house works after the crashes, and after an orderly end."""
    house = House()
    try:
        load = Load(house.base, cookies)
        for kill in range(KILLS):
            time.sleep(random.uniform(0.2, 1.5))
            house.kill("web" if kill % 2 else "worker")
        load.end()
        deadline = time.monotonic() + 150
        while PendingReply.objects.exists() and time.monotonic() < deadline:
            time.sleep(0.5)
    finally:
        house.end()
    connection.close()
    assert not PendingReply.objects.exists()
    subjects = Counter(Ticket.objects.values_list("subject", flat=True))
    assert subjects == Counter(f"Ticket of {word}" for word in load.opened)
    said = Counter(Message.objects.filter(number__gt=1).values_list("body", flat=True))
    assert said == Counter(text for text in load.said if " " in text)
    assert len(load.opened) > KILLS, "there was hardly any load"
    letters = Counter(OutgoingMail.objects.values_list("to_address", "kind", "reference"))
    assert letters and set(letters.values()) == {1}
    assert OutgoingMail.objects.filter(state="sent").exists()
    call_command("verify_history")
