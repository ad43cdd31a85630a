"""What was sent to the database, sent again on the driver's own cursor."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

Sent = Sequence[tuple[str, Any]]


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that goes to the database meanwhile, with its values."""
    sent: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def again_raw(engine: Engine, sent: Sent) -> Callable[[], None]:
    """The same statements in one transaction on a bare cursor of the same database, every row fetched.

    Ids that come as one text are made into numbers, as anybody must who wants to list what was found.
    """
    connection = engine.raw_connection()
    connection.detach()  # the pool must not give it to ours
    cursor = connection.cursor()

    def run() -> None:
        cursor.execute("BEGIN")
        for statement, parameters in sent:
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()
            if "group_concat" in statement:
                array("q", json.loads(f"[{rows[0][0] or ''}]")).reverse()
        cursor.execute("ROLLBACK")

    return run
