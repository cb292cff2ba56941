"""The process that reads mails for the warden, one after the other, and ends with it: `python -m mail.parsing.cell`.

It has no database, no secrets and no network in its hands, and limits it cannot leave.
"""

import logging
import sys
from contextlib import suppress

from .frames import packed
from .reader import parse

MEMORY = 250_000_000  # bytes of data; with the program itself this stays below 300 MB
SECONDS = 8  # of processor time for one mail, should nobody watch


def main():
    _limit_memory()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while size := source.read(8):
        _limit_time()
        head, contents = packed(parse(source.read(int.from_bytes(size, "big"))))
        sink.write(len(head).to_bytes(8, "big") + head)
        for content in contents:
            sink.write(content)
        sink.flush()
        del contents


def _limit_memory():
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time():
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + SECONDS, hard))


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    main()
