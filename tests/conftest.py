"""An open office on a real database: SQLite always, PostgreSQL where its URL is set."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from desktop.resources import resource
from desktop.rules.book import Book
from desktop.rules.codes import CodeTables
from desktop.rules.facts import AmountLine, Attachment, Facts, Party
from desktop.rules.local_pack import LocalPack, load_pack
from desktop.rules.working_days import Calendar
from desktop.services.commands import (
    AcceptContract,
    RecogniseContract,
    ReviewContract,
    ReviewedItem,
    SaveContract,
)
from desktop.services.look import contract_sheet
from desktop.services.office import Office
from desktop.services.views import ContractSheet, SignedIn
from desktop.settings import StationFile

POSTGRES = os.environ.get("CONTRACT_DESK_TEST_POSTGRES", "")
"""URL of a server for tests; set by ``tests/with_postgres.py``."""

TODAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

CLERK = SignedIn("沈清禾", frozenset({"clerk"}))
REVIEWER = SignedIn("陆知远", frozenset({"clerk", "reviewer"}))
HEAD = SignedIn("贺兰舟", frozenset({"head"}))
ADMIN = SignedIn("程砚", frozenset({"admin"}))


@pytest.fixture(scope="session")
def book() -> Book:
    from desktop.services.law import law_of

    return law_of()


@pytest.fixture(scope="session")
def pack() -> LocalPack:
    return load_pack(resource("local", "yunling-2026.11.toml"))


@pytest.fixture(scope="session")
def codes(pack: LocalPack) -> CodeTables:
    return CodeTables(resource("codes"), pack.regions)


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    return Calendar.load(resource("law", "working-days.toml"))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from; PostgreSQL gets a template database of the same name."""
    from desktop.store.engine import open_postgres, open_sqlite
    from desktop.store.schema import bring_up_to_date

    path = tmp_path_factory.mktemp("empty") / "contract-desk.db"
    engine = open_postgres(f"{POSTGRES}/desk_template") if POSTGRES else open_sqlite(path)
    bring_up_to_date(engine)
    engine.dispose()
    return path


@pytest.fixture
def office(
    tmp_path: Path, empty_database: Path, book: Book, codes: CodeTables, pack: LocalPack, calendar: Calendar
) -> Iterator[Office]:
    """The sample county's office with four people and a block of a hundred numbers; 沈清禾 is signed in."""
    from desktop.models import BlockNumber, NumberBlock, Person
    from desktop.security.keys import create_key
    from desktop.store.engine import open_postgres, open_sqlite
    from desktop.store.unit_of_work import UnitOfWork

    master = bytes(range(32))
    if POSTGRES:
        name = f"desk_{uuid4().hex}"
        run_on_server(f"CREATE DATABASE {name} TEMPLATE desk_template")
        engine = open_postgres(f"{POSTGRES}/{name}")
    else:
        (tmp_path / "contract-desk.db").write_bytes(empty_database.read_bytes())
        engine = open_sqlite(tmp_path / "contract-desk.db")
    create_key(tmp_path / "keys", master, owner="990321", label="澄河县技术合同登记处")
    with UnitOfWork(engine) as uow:
        for person in (CLERK, REVIEWER, HEAD, ADMIN):
            uow.session.add(
                Person(
                    name=person.name, roles=" ".join(sorted(person.roles)), is_active=True, created_at=TODAY
                )
            )
        block = NumberBlock(
            uid="block-2026-1",
            year=2026,
            name="2026 第 1 段",
            digest="0" * 64,
            is_frozen=False,
            imported_at=TODAY,
        )
        block.numbers = [BlockNumber(number=f"2026990321000{n}", ordinal=n) for n in range(247, 301)]
        uow.session.add(block)
        uow.commit()
    station = StationFile(code="990321", name="澄河县技术合同登记处", pack=pack.id, is_plain=True)
    yield Office(engine, tmp_path, station, book, codes, pack, calendar, CLERK, master, now=lambda: TODAY)
    engine.dispose()
    if POSTGRES:
        run_on_server(f"DROP DATABASE {name} WITH (FORCE)")


def run_on_server(statement: str) -> None:
    """One statement on the server's own database, outside a transaction."""
    import psycopg

    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as conn:
        conn.execute(statement)  # type: ignore[call-overload]


def party(role: str, name: str, code: str, **more: Any) -> Party:
    """A company of the invented county."""
    values: dict[str, Any] = {
        "id_type": "credit_code",
        "country": "CHN",
        "region": "990321",
        "party_type": "150",
        "contact": "韦青岚",
        "phone": "0990-5550123",
        "legal_representative": "秦松",
    }
    return Party(role=role, name=name, id_number=code, **(values | more))


SAMPLE = resource("sample")


@pytest.fixture(scope="session")
def tea_facts(codes: CodeTables) -> Facts:
    """The contract of the pictures: a tea-picking machine, commissioned development."""
    from desktop.rules.identifiers import check_character, organisation_check

    def code(first8: str) -> str:
        body = "91990321" + first8 + organisation_check(first8)
        return body + check_character(body)

    return Facts(
        title="丘陵茶园自走式采摘机视觉识别与仿形控制系统研制",
        kind="DEV",
        sub_kind="DEV-1",
        valid_from=date(2026, 11, 1),
        valid_until=date(2027, 12, 31),
        signed_on=date(2026, 10, 26),
        effective_on=date(2026, 10, 26),
        contract_amount=Decimal("1280000.00"),
        technology_amount=Decimal("1030000.00"),
        price_form="fixed",
        currency="CNY",
        payment_method="2",
        technical_field="03",
        ip_kind="1",
        plan_source="9",
        socioeconomic_objective="09",
        industry="A",
        summary="研制适用于丘陵茶园的自走式采摘机视觉识别与仿形控制系统，交付样机一台。",
        is_secret=False,
        has_confidentiality=True,
        cross_border="none",
        is_related_party=False,
        applicant_role="seller",
        is_written=True,
        is_vat_listed=False,
        parties=(
            party("buyer", "澄河丰禾农业机械有限公司", code("MA5NY83T")),
            party("seller", "岚州启衡自动化技术有限公司", code("MA0QH7K2")),
        ),
        amount_lines=(
            AmountLine("研究开发报酬", "technology", Decimal("1030000.00"), "7.1"),
            AmountLine("测试台架与检测设备", "equipment", Decimal("250000.00"), "附件二"),
        ),
        attachments=(Attachment("委托开发合同", 14), Attachment("附件一 技术指标", 3)),
    )


@pytest.fixture(scope="session")
def dev_answers() -> dict[str, Any]:
    """Answers to every question a clear commissioned development asks."""
    answers: dict[str, Any] = json.loads((SAMPLE / "answers" / "001.json").read_text(encoding="utf-8"))
    return answers


class Way:
    """Takes a contract along the ordinary way, as far as a test wants it."""

    def __init__(self, office: Office, facts: Facts, answers: dict[str, Any]) -> None:
        self.office, self.facts, self.answers = office, facts, answers

    def sheet(self, contract_id: int, person: SignedIn = CLERK) -> ContractSheet:
        return contract_sheet(self.office.as_person(person), contract_id)

    def draft(self, **changes: Any) -> int:
        from desktop.services.take_in import save_contract

        facts = replace(self.facts, **changes)
        return save_contract(self.office, SaveContract(actor=CLERK.name, facts=facts))

    def accepted(self, **changes: Any) -> int:
        from desktop.services.take_in import accept_contract

        made = self.draft(**changes)
        self.pass_doubts(made)
        return accept_contract(self.office, AcceptContract(actor=CLERK.name, contract_id=made))

    def pass_doubts(self, contract_id: int) -> None:
        from desktop.services.commands import PassDoubt
        from desktop.services.look import check_form
        from desktop.services.take_in import pass_doubt

        facts = self.sheet(contract_id).facts
        for problem in check_form(self.office, facts, contract_id, submitted=True):
            if problem.level == "doubt":
                pass_doubt(
                    self.office,
                    PassDoubt(
                        actor=CLERK.name,
                        contract_id=contract_id,
                        code=problem.code,
                        field_name=problem.field,
                        reason="已与申请人核对",
                    ),
                )

    def recognised(self, **changes: Any) -> int:
        from desktop.services.decide import recognise_contract

        made = self.accepted(**changes)
        return recognise_contract(
            self.office, RecogniseContract(actor=CLERK.name, contract_id=made, answers=self.answers)
        )

    def review_items(self, contract_id: int, **objections: str) -> tuple[ReviewedItem, ...]:
        return tuple(
            ReviewedItem(r.item, r.value, r.item not in objections, objections.get(r.item, ""))
            for r in self.sheet(contract_id, REVIEWER).review_rows
        )

    def registered(self, **changes: Any) -> int:
        from desktop.services.register import review_and_register

        made = self.recognised(**changes)
        office = self.office.as_person(REVIEWER)
        return review_and_register(
            office, ReviewContract(actor=REVIEWER.name, contract_id=made, items=self.review_items(made))
        )

    def certified(self, path: Path, **changes: Any) -> int:
        from desktop.services.commands import IssueCertificate
        from desktop.services.issue import issue_certificate

        made = self.registered(**changes)
        return issue_certificate(
            self.office, IssueCertificate(actor=CLERK.name, contract_id=made, path=path / f"{made}.pdf")
        )


@pytest.fixture
def way(office: Office, tea_facts: Facts, dev_answers: dict[str, Any]) -> Way:
    return Way(office, tea_facts, dev_answers)


MakeWay = Callable[[Office], Way]
