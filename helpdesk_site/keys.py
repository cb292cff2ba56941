"""Makes the machine's secrets once, in HELPDESK_VAR/env, and notes there how the portal was last started.

Run as a script by `bin/run`, before the settings can be read: it uses nothing but Python itself.
"""

import base64
import fcntl
import os
import re
import secrets
from pathlib import Path

MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "HISTORY_KEYS": lambda: secrets.token_urlsafe(32),
}
NOTED = ("PORT", "HELPDESK_DEMO")  # so that `manage.py` beside the portal writes the same links


def main():
    folder = Path(os.environ.get("HELPDESK_VAR") or Path(__file__).resolve().parent.parent / "var")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "env.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        complete(folder / "env", os.environ)


def complete(path, environ):
    """Add what is missing and note how we were started; every other line of the file stays."""
    lines = path.read_text().splitlines() if path.exists() else ["# Made by bin/run. Keep it secret and back it up."]
    known = {line.partition("=")[0].strip() for line in lines}
    made = [f"{name}={make()}" for name, make in MAKERS.items() if name not in known and not environ.get(name)]
    noted = [f"{name}={environ[name]}" for name in NOTED if environ.get(name)]
    kept = [line for line in lines if not re.match(rf"({'|'.join(NOTED)})=", line)]
    if made or kept + noted != lines:
        write(path, "\n".join(kept + made + noted) + "\n")


def write(path, text):
    """Readable by us alone, and whole or not at all."""
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


if __name__ == "__main__":
    main()
