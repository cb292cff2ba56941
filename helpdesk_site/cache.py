"""Redis as a cache that may fail: what it cannot say was not kept, and no page breaks or waits for it (SECURITY)."""

import logging
import time

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
PAUSE = (
    10  # seconds without asking again after a failure: a Redis that hangs costs one page its timeout, not every page
)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; while Redis fails it behaves like an empty one that keeps nothing."""

    _silent_until = 0.0

    def _ask(self, method, otherwise, *args, **kwargs):
        if time.monotonic() < ForgivingRedisCache._silent_until:
            return otherwise
        try:
            return getattr(super(), method)(*args, **kwargs)
        except RedisError as error:
            ForgivingRedisCache._silent_until = time.monotonic() + PAUSE
            log.warning("The cache does not answer (%s); going on without it for %s s.", type(error).__name__, PAUSE)
            return otherwise

    def get(self, key, default=None, version=None):
        return self._ask("get", default, key, default, version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("set", None, key, value, timeout, version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("add", True, key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("touch", False, key, timeout, version)

    def delete(self, key, version=None):
        return self._ask("delete", False, key, version)

    def get_many(self, keys, version=None):
        return self._ask("get_many", {}, keys, version)

    def set_many(self, data, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask("set_many", list(data), data, timeout, version)

    def delete_many(self, keys, version=None):
        return self._ask("delete_many", None, keys, version)

    def has_key(self, key, version=None):
        return self._ask("has_key", False, key, version)

    def incr(self, key, delta=1, version=None):
        return self._ask("incr", delta, key, delta, version)

    def clear(self):
        return self._ask("clear", False)
