"""What stands in a field is on disk the moment the field is left; a draft takes no number."""

from __future__ import annotations

from sqlalchemy import delete, select

from desktop.models import Draft
from desktop.services.commands import KeepDraft
from desktop.services.office import Office, check_actor, commit


def keep_draft(office: Office, cmd: KeepDraft) -> None:
    """Write the page's content and the field it stood in; replaces the earlier one of the same page and
    subject.
    """
    check_actor(office, cmd)
    with office.work() as uow:
        query = select(Draft).where(Draft.page == cmd.page, Draft.subject == cmd.subject)
        row = uow.session.scalars(query).first()
        if row is None:
            row = Draft(page=cmd.page, subject=cmd.subject)
            uow.session.add(row)
        row.person, row.field, row.content, row.saved_at = (
            cmd.actor,
            cmd.field_name,
            cmd.content,
            office.now(),
        )
        commit(uow)


def drop_draft(office: Office, page: str, subject: str) -> None:
    """Forget a draft that was submitted or given up."""
    with office.work() as uow:
        uow.session.execute(delete(Draft).where(Draft.page == page, Draft.subject == subject))
        commit(uow)
