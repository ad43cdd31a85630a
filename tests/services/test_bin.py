"""Deleted drafts, and taking them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.errors import RefusedError
from desktop.exchange.workbook import read_workbook, write_workbook
from desktop.models import Action
from desktop.services import commands as c
from desktop.services.import_workbook import import_workbook, write_application_template
from desktop.services.keep_draft import keep_draft
from desktop.services.lifecycle import NotAllowed
from desktop.services.look import bin_rows, check_database, draft, search
from desktop.services.take_in import delete_draft, undelete_draft
from tests.conftest import CLERK, HEAD, TODAY, Way


def delete(way: Way, contract_id: int) -> None:
    delete_draft(way.office, c.DeleteDraft(actor=CLERK.name, contract_id=contract_id))


def undelete(way: Way, contract_id: int, **more: str) -> int:
    return undelete_draft(way.office, c.UndeleteDraft(actor=CLERK.name, contract_id=contract_id, **more))


def test_a_deleted_draft_is_found_no_more_and_comes_back_as_it_was(way: Way) -> None:
    made = way.draft()
    uid, facts = way.sheet(made).uid, way.sheet(made).facts
    keep_draft(
        way.office, c.KeepDraft(actor=CLERK.name, page="entry", subject=uid, field_name="title", content="{}")
    )
    delete(way, made)
    assert search(way.office, "").total == 0
    assert draft(way.office, "entry", uid) is None
    with pytest.raises(RefusedError, match="没有这份合同"):
        way.sheet(made)
    (row,) = bin_rows(way.office)
    assert (row.id, (row.until - TODAY.date()).days) == (made, 30)
    undelete(way, made)
    assert way.sheet(made).facts == facts
    assert list(search(way.office, facts.title or "").ids) == [made]
    assert bin_rows(way.office) == ()
    verbs = [row.verb for row in way.sheet(made).history]
    assert verbs[:2] == ["undelete", "delete_draft"]
    assert way.sheet(made).history[0].words == "取回草稿"
    assert check_database(way.office).is_good


def test_the_same_request_twice_takes_back_once(way: Way) -> None:
    made = way.draft()
    delete(way, made)
    request = c.new_request()
    undelete(way, made, request_id=request)
    undelete(way, made, request_id=request)
    with way.office.look() as uow:
        assert uow.session.query(Action).filter_by(verb="undelete").count() == 1
    with pytest.raises(RefusedError, match="不必取回"):
        undelete(way, made)


@pytest.mark.parametrize(("days", "is_back"), [(30, True), (31, False)])
def test_thirty_days_are_the_time_to_think_again(way: Way, days: int, is_back: bool) -> None:
    made = way.draft()
    delete(way, made)
    way.office = replace(way.office, now=lambda: TODAY + timedelta(days=days))
    assert len(bin_rows(way.office)) == is_back
    if is_back:
        assert undelete(way, made) == made
    else:
        with pytest.raises(RefusedError, match="已满三十天"):
            undelete(way, made)


def test_only_a_clerk_takes_back_and_only_drafts_are_deleted(way: Way) -> None:
    made = way.draft()
    delete(way, made)
    with pytest.raises(NotAllowed, match="没有取回草稿的权限"):
        undelete_draft(way.office.as_person(HEAD), c.UndeleteDraft(actor=HEAD.name, contract_id=made))
    with pytest.raises(NotAllowed, match="删除草稿"):
        delete(way, way.accepted())


def test_a_deleted_row_can_be_imported_again_and_the_first_one_still_comes_back(
    way: Way, tmp_path: Path
) -> None:
    book = tmp_path / "申请表.xlsx"
    write_workbook(book, [(1, way.facts)], way.office.codes)
    (first,) = import_workbook(way.office, c.ImportWorkbook(actor=CLERK.name, path=book)).accepted
    delete(way, first)
    undelete(way, first)
    assert import_workbook(way.office, c.ImportWorkbook(actor=CLERK.name, path=book)).already_there == 1
    delete(way, first)
    (second,) = import_workbook(way.office, c.ImportWorkbook(actor=CLERK.name, path=book)).accepted
    undelete(way, first)
    assert {way.sheet(first).row.id, way.sheet(second).row.id} == {first, second}
    assert import_workbook(way.office, c.ImportWorkbook(actor=CLERK.name, path=book)).already_there == 1


def test_the_blank_workbook_reads_back_without_a_row(way: Way, tmp_path: Path) -> None:
    path = write_application_template(way.office, tmp_path / "空白申请表.xlsx")
    read = read_workbook(path, way.office.codes, way.office.today())
    assert (read.rows, read.problems) == ((), ())
