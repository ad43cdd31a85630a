"""办理经过 (P28) of one contract as PDF: what the log holds, masked as on lists; changes nothing."""

from __future__ import annotations

from pathlib import Path

from desktop.resources import _, in_chinese
from desktop.rules.facts import label_of
from desktop.services.look import history_of, kind_namer, rows
from desktop.services.office import Office
from desktop.services.views import STATE_WORDS
from desktop.settings import local_time


@in_chinese()
def print_history(office: Office, contract_id: int, path: Path) -> Path:
    """Every act with its old and new values, oldest first. The same log gives the same bytes on one day.

    Raises RefusedError when the contract is gone or a character is in no font; then nothing is written.
    """
    from desktop.certificates.history_paper import Act, HistoryPaper, draw_history
    from desktop.certificates.layout import load_layout

    with office.look() as uow:
        contract = uow.contract(contract_id)
        row = rows(office, uow, [contract_id])[contract_id]
        history, is_whole = history_of(uow, contract, kind_namer(office))
    paper = HistoryPaper(
        station_name=office.station.name,
        decided_on=office.today(),
        is_training=office.station.is_training,
        serial=row.local_serial,
        number=row.official_number,
        title=row.title,
        seller=row.seller,
        buyer=row.buyer,
        state=STATE_WORDS[row.state],
        acts=tuple(
            Act(
                f"{local_time(act.at):%Y-%m-%d %H:%M}",
                act.words,
                act.person,
                act.ground,
                _without_secrets(act.changes) if row.is_secret else act.changes,
            )
            for act in reversed(history)
        ),
        is_chain_whole=is_whole,
        person=office.person.name,
        is_secret=row.is_secret,
    )
    draw_history(paper, path, layout=load_layout("P28", office.pack.layout("P28")))
    return path


def _without_secrets(changes: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """That the field was changed stays; what stood in it does not leave the desk."""
    hidden = {label_of(name) for name in ("title", "summary", "project_name")}
    word = _("（涉密）")
    return tuple((name, word, word) if name in hidden else (name, old, new) for name, old, new in changes)
