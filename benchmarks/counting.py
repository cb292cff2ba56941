"""Counts what one request asks of the database, when the request wants to know; the others pass untouched."""

import re
import time

from django.db import connection

ASKED, COUNT, SECONDS = "HTTP_X_COUNT_STATEMENTS", "X-Statements", "X-SQL-Milliseconds"
OF_TRANSACTIONS = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)", re.IGNORECASE)


def statements(get_response):
    """Add the number of statements (BEGIN and SAVEPOINT not counted) and their time to an answer that asks for them."""

    def middleware(request):
        if ASKED not in request.META:
            return get_response(request)
        count = Count()
        with connection.execute_wrapper(count):
            response = get_response(request)
        response[COUNT], response[SECONDS] = str(count.number), f"{count.seconds * 1000:.3f}"
        return response

    return middleware


class Count:
    def __init__(self):
        self.number, self.seconds = 0, 0.0

    def __call__(self, execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if not OF_TRANSACTIONS.match(sql):
                self.number += 1
                self.seconds += time.perf_counter() - started
