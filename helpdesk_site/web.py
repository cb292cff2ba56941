"""How gunicorn runs the portal under `bin/run`: one process with threads on loopback (STACK, decision 7)."""

import os
import signal

from django.conf import settings

bind = f"127.0.0.1:{settings.PORT}"
worker_class = "gthread"
workers = 1
threads = 8
graceful_timeout = 5
keepalive = 5
loglevel = "warning"
forwarded_allow_ips = ",".join(settings.TRUSTED_PROXIES)
control_socket_disable = True


def child_exit(server, worker):
    """None goes on alone: when the process that answers dies, gunicorn ends too."""
    if server.LISTENERS:  # closed by now when gunicorn was told to stop
        os.kill(server.pid, signal.SIGTERM)
