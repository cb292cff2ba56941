"""A Redis that is down or hangs costs no page (SECURITY: faults degrade, never hang)."""

import socket

import pytest
from django.conf import settings

from helpdesk_site import cache as module
from helpdesk_site.cache import ForgivingRedisCache


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    monkeypatch.setattr(ForgivingRedisCache, "_silent_until", 0.0)


def cache_at(port, timeout=0.2):
    options = {"socket_timeout": timeout, "socket_connect_timeout": timeout}
    return ForgivingRedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": options})


@pytest.fixture
def nobody():
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def silent():
    """A server that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


EMPTY = {
    "get": (["key", "else"], "else"),
    "set": (["key", 1], None),
    "add": (["key", 1], True),
    "touch": (["key"], False),
    "delete": (["key"], False),
    "get_many": ([["key"]], {}),
    "set_many": ([{"key": 1}], ["key"]),
    "delete_many": ([["key"]], None),
    "has_key": (["key"], False),
    "incr": (["key"], 1),
    "clear": ([], False),
}


@pytest.mark.parametrize("method", EMPTY)
def test_without_redis_it_is_an_empty_cache(nobody, method, monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0)
    arguments, answer = EMPTY[method]
    assert getattr(cache_at(nobody), method)(*arguments) == answer


def test_a_redis_that_hangs_is_asked_once_and_then_left_alone(silent, monkeypatch):
    cache = cache_at(silent)
    assert cache.get("key") is None
    monkeypatch.setattr(module.RedisCache, "get", lambda *args: pytest.fail("asked again"))
    assert cache.get("key") is None


@pytest.mark.django_db
def test_signing_in_works_without_redis(nobody, settings, client, anna):
    """SECURITY: sessions are in the database; only the throttle forgets."""
    settings.CACHES = {
        "default": {
            "BACKEND": "helpdesk_site.cache.ForgivingRedisCache",
            "LOCATION": f"redis://127.0.0.1:{nobody}/0",
        }
    }
    response = client.post("/accounts/login/", {"login": anna.email, "password": "demo-helpdesk"})
    assert response.status_code == 302
    assert client.get("/tickets/").status_code == 200


@pytest.mark.redis
def test_with_redis_it_is_a_cache():
    cache = ForgivingRedisCache(settings.REDIS_URL, {"KEY_PREFIX": "test-of-the-cache"})
    assert cache.add("key", 1, 30)
    assert not cache.add("key", 2, 30)
    assert cache.incr("key") == 2
    assert cache.get_many(["key", "none"]) == {"key": 2}
    assert cache.delete("key")
    assert cache.get("key") is None
