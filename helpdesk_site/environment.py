"""What the machine must know, read from the environment and from HELPDESK_VAR/env (CONTRACT, variables).

The environment wins; the file answers for what the environment does not say, so that `manage.py` beside a running
portal just works. A variable that is set to nothing is not set: .env.example may be filled in as far as one likes.
"""
import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("HELPDESK_VAR") or BASE_DIR / "var").resolve()
if (VAR / "env").is_file():
    environ.Env.read_env(VAR / "env", overwrite=False)
env = environ.Env()
env.ENVIRON = {name: value for name, value in os.environ.items() if value.strip()}  # an empty one says nothing


def keys(name):
    """The list of secrets in variable `name`, newest first. Raises ImproperlyConfigured when there is none."""
    found = [part for part in env.str(name, default="").replace("\n", ",").split(",") if part.strip()]
    if not found:
        raise ImproperlyConfigured(
            f"{name} is not set. `bin/run` makes one in {VAR}/env; elsewhere set it to a long random text."
        )
    return [part.strip() for part in found]
