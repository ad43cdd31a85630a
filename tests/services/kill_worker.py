"""Works until it is killed: the part of ``test_kill.py`` that runs in processes of its own.

Started once, it imports everything, then reads one JSON line after another and forks a child for each; that
opens the database, works, and says on its standard output what is done. ``{"run": "register", "from": 3, …}``
registers the prepared requests from the third on, ``{"run": "batch", …}`` writes one package.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from desktop.models import Contract
from desktop.services.commands import CreateBatch, ReviewContract, ReviewedItem
from desktop.services.office import Office
from desktop.services.register import review_and_register
from desktop.services.send_batch import create_batch
from tests.bench.station import CLERK, REVIEWER, open_office


def say(*words: object) -> None:
    """One line in one write, so that a kill leaves the whole line or none."""
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def register(office: Office, requests: list[dict[str, Any]]) -> None:
    """Register one request after another; each is acknowledged after the service came back."""
    for request in requests:
        items = tuple(ReviewedItem(**item) for item in request["items"])
        done = review_and_register(
            office,
            ReviewContract(
                actor=REVIEWER.name,
                contract_id=request["contract_id"],
                request_id=request["request_id"],
                items=items,
            ),
        )
        with office.look() as uow:
            say("done", done, uow.session.get_one(Contract, done).official_number)


def batch(office: Office, order: dict[str, Any]) -> None:
    """Write one package, telling each step of it."""
    cmd = CreateBatch(
        actor=CLERK.name,
        request_id=order["request_id"],
        folder=Path(order["out"]),
        contract_ids=tuple(order["contracts"]),
    )
    made = create_batch(office, cmd, lambda done, _total, _text: say("step", done))
    say("done", made.sequence, made.name)


def work(folder: Path, order: dict[str, Any]) -> None:
    """What one child does; then it waits to be killed."""
    if order["run"] == "register":
        requests = json.loads((folder / "requests.json").read_text(encoding="utf-8"))
        say("ready", os.getpid())
        register(open_office(folder, REVIEWER), requests[order["from"] : order["to"]])
    else:
        say("ready", os.getpid())
        batch(open_office(folder), order)
    while True:
        signal.pause()


def main(folder: Path) -> None:
    """Fork a child for every line that is read, wait for its end, say how it ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(folder, json.loads(line))
            finally:
                traceback.print_exc()
                os._exit(1)
        _pid, status = os.waitpid(child, 0)
        say("ended", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
