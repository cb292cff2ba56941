"""Imports and foreign keys go down only: between the floors, and between the rooms of tickets/ (ARCHITECTURE)."""

import ast
import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FLOORS = {
    "engine": 0,
    "audit": 1,
    "mail": 2,
    "accounts": 3,
    "departments": 4,
    "knowledge": 5,
    "tickets": 6,
    "reports": 7,
    "helpdesk_site": 8,
}
CELLAR = "helpdesk_site.lib"

ROOMS = {
    1: "models states refused writing",
    2: "access clock colleagues exposure found merged ratings retiming talks throttle times words"
    " composing conversation keeping lists",
    3: "kicks notices",
    4: "events",
    5: "actions",
    6: "forms contact bulk bulk_acts activity inbound automation",
    7: "views urls middleware listening admin apps",
    8: "tasks management",
}
ROOM_OF = {name: number for number, names in ROOMS.items() for name in names.split()}
HEARD_FROM_BELOW = {
    ("models", "access"): "Ticket.objects.visible_to(viewer): the manager's word, access's sentence",
    ("events", "automation"): "CONSUMERS: the one list of what follows from a change",
    ("kicks", "tasks"): "a kick is a task's name said early; the task does the work",
}


def modules(folder):
    """Every module below a folder that is neither test nor migration."""
    return [
        path
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts) and path.name != "conftest.py"
    ]


def imported(path):
    """The dotted names a module imports, wherever in it, relative ones resolved."""
    package = list(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join(base + ([node.module] if node.module else []))
            yield from (f"{start}.{alias.name}" for alias in node.names)


def name(path):
    return str(path.relative_to(ROOT))


APPS = [app for app in FLOORS if (ROOT / app).is_dir() and app != "helpdesk_site"]


def test_an_app_imports_from_its_own_floor_and_those_below():
    """ARCHITECTURE, "Floors": nobody imports the roof; the cellar is everybody's."""
    upward = [
        (name(path), found)
        for app in APPS
        for path in modules(app)
        for found in imported(path)
        if FLOORS.get(found.partition(".")[0], -1) > FLOORS[app] and not found.startswith(CELLAR)
    ]
    assert upward == []


def test_the_cellar_imports_no_app():
    """ARCHITECTURE, "Floors"."""
    upward = [
        (name(path), found)
        for path in modules("helpdesk_site/lib")
        for found in imported(path)
        if found.partition(".")[0] in FLOORS and not found.startswith(CELLAR)
    ]
    assert upward == []


def test_every_app_has_a_floor():
    """ARCHITECTURE: a new app is put into the house on purpose."""
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT)}
    assert {app for app in ours if ".venv" not in apps.get_app_config(app.split(".")[-1]).path} <= set(FLOORS)


def test_foreign_keys_go_down_only():
    """ARCHITECTURE, "Floors": but for the user, whom any floor may name."""
    user = apps.get_model(settings.AUTH_USER_MODEL)
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model not in (None, user, "self")
        if FLOORS.get(field.related_model._meta.app_label, -1) > FLOORS[app]
    ]
    assert upward == []


def room_and_name(dotted):
    """The room of a module of tickets/, and its name; (None, …) outside."""
    parts = dotted.split(".")
    if parts[0] != "tickets" or len(parts) < 2:
        return None, dotted
    return ROOM_OF.get(parts[1]), parts[1]


def test_inside_tickets_a_room_imports_from_itself_and_those_before():
    """ARCHITECTURE, "Rooms of tickets/"."""
    upward = []
    for path in modules("tickets"):
        own = path.relative_to(ROOT / "tickets").with_suffix("").parts[0]
        if own == "__init__":
            continue
        assert own in ROOM_OF, f"{name(path)} has no room yet: name it in ROOMS"
        for found in imported(path):
            room, other = room_and_name(found)
            if room and room > ROOM_OF[own] and (own, other) not in HEARD_FROM_BELOW:
                upward.append((name(path), found))
    assert upward == []


def test_tasks_are_leaves():
    """ARCHITECTURE: tasks and commands import inside the body, so that a worker starts before the app is ready."""
    for app in APPS:
        path = ROOT / app / "tasks.py"
        if path.exists():
            top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom)]
            assert [node.module for node in top if node.level or node.module.partition(".")[0] in FLOORS] == []


def test_no_words_for_people_stand_inside_an_f_string():
    """makemessages does not look there: they would stay English in every language."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in [*APPS, "helpdesk_site"]
        for path in modules(folder)
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and re.fullmatch(r"_|\w*gettext\w*", getattr(call.func, "id", ""))
    ]
    assert hidden == []


def test_the_walk_sees_an_upward_import():
    """The control: relative and lazy imports are seen."""
    assert "engine.models.Lease" in set(imported(ROOT / "engine/leases.py"))
    assert "engine.heartbeats" in set(imported(ROOT / "engine/tasks.py"))
    assert room_and_name("tickets.views.desk") == (7, "views")
