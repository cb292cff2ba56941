"""A start makes what is missing, once: secrets, translations, static files (CONTRACT, bin/run)."""

import os
import stat
import subprocess
import sys

import polib
import pytest
from django.conf import settings

from helpdesk_site import keys, preparing

KEYS = settings.BASE_DIR / "helpdesk_site" / "keys.py"


def make(folder, **environ):
    environ = {"PATH": os.environ["PATH"], "HELPDESK_VAR": str(folder), **environ}
    subprocess.run([sys.executable, KEYS], env=environ, check=True)
    return dict(line.split("=", 1) for line in (folder / "env").read_text().splitlines() if "=" in line)


def test_secrets_are_made_once_and_kept(tmp_path):
    first = make(tmp_path / "var")
    assert set(first) == {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "HISTORY_KEYS"}
    assert min(map(len, first.values())) > 40
    assert make(tmp_path / "var") == first
    assert make(tmp_path / "other")["SECRET_KEY"] != first["SECRET_KEY"]


def test_nobody_else_on_the_machine_reads_them(tmp_path):
    make(tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var" / "env").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_what_the_environment_says_is_not_made(tmp_path):
    assert "SECRET_KEY" not in make(tmp_path, SECRET_KEY="told")


def test_how_the_portal_was_started_is_noted_for_manage_py(tmp_path):
    """Links of `manage.py operator` lead to the port the portal runs on."""
    (tmp_path / "env").write_text("EMAIL_URL=smtp://mail.example\n")
    first = make(tmp_path, PORT="8123", HELPDESK_DEMO="0")
    second = make(tmp_path, PORT="8124", HELPDESK_DEMO="1")
    assert (first["PORT"], second["PORT"], second["HELPDESK_DEMO"]) == ("8123", "8124", "1")
    assert second["EMAIL_URL"] == "smtp://mail.example"
    assert second["SECRET_KEY"] == first["SECRET_KEY"]


def test_an_encryption_key_is_one(tmp_path):
    from cryptography.fernet import Fernet

    Fernet(keys.MAKERS["FIELD_ENCRYPTION_KEYS"]())


@pytest.fixture
def a_language(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    words = polib.POFile()
    words.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    words.append(polib.POEntry(msgid="Reply", msgstr="Répondre"))
    words.save(str(folder / "django.po"))
    return folder


def test_translations_are_compiled_without_gettext_and_only_when_newer(a_language):
    preparing.compile_translations()
    compiled = a_language / "django.mo"
    assert polib.mofile(str(compiled))[0].msgstr == "Répondre"
    compiled.write_bytes(b"kept")
    os.utime(compiled, (2**31, 2**31))
    preparing.compile_translations()
    assert compiled.read_bytes() == b"kept"
    os.utime(a_language / "django.po", (2**31 + 9, 2**31 + 9))
    preparing.compile_translations()
    assert compiled.read_bytes() != b"kept"


def test_static_files_are_collected_when_one_changed(settings, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], tmp_path / "root"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    preparing.collect_static()
    collected = settings.STATIC_ROOT / "a.css"
    collected.write_text("kept")
    preparing.collect_static()
    assert collected.read_text() == "kept"
    (source / "a.css").write_text("a { color: red }")
    preparing.collect_static()
    assert collected.read_text() == "a { color: red }"
