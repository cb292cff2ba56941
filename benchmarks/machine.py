"""What was measured on: the machine, the software, the database and how full it is."""

import os
import platform
from pathlib import Path

import django
from django.db import connection

from tickets.models import Message, Ticket, TicketEvent


def described():
    return {
        "machine": f"{os.cpu_count()} cores, {processor()}, {memory()} GB",
        "load": round(os.getloadavg()[0], 1),
        "software": f"Python {platform.python_version()}, Django {django.get_version()}, {database()}",
        "tickets": rows(Ticket),
        "messages": rows(Message),
        "events": rows(TicketEvent),
    }


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def memory():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def database():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
        cursor.execute("SELECT sqlite_version()")
        return f"SQLite {cursor.fetchone()[0]}"


def rows(model):
    """How many rows a table has; on PostgreSQL as its statistics know."""
    if connection.vendor != "postgresql":
        return model.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return cursor.fetchone()[0]
