"""An office outside pytest, and any number of invented contracts: the same ones on every run."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Engine, insert, select

from desktop.models import (
    AmountLine,
    Attachment,
    BlockNumber,
    Contract,
    ContractParty,
    Finding,
    NumberBlock,
    Person,
    Recognition,
)
from desktop.models.base import Base
from desktop.resources import resource
from desktop.rules import facts as law
from desktop.rules.book import load_book
from desktop.rules.codes import CodeTables
from desktop.rules.facts import Facts
from desktop.rules.identifiers import check_character, organisation_check
from desktop.rules.local_pack import load_pack
from desktop.rules.working_days import Calendar
from desktop.security.keys import create_key
from desktop.services.office import Office
from desktop.services.views import SignedIn
from desktop.settings import StationFile
from desktop.store.engine import open_sqlite
from desktop.store.schema import bring_up_to_date
from desktop.store.unit_of_work import UnitOfWork

DATABASE = "contract-desk.db"
MASTER = bytes(range(32))
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CLERK = SignedIn("沈清禾", frozenset({"clerk"}))
REVIEWER = SignedIn("陆知远", frozenset({"clerk", "reviewer"}))
HEAD = SignedIn("贺兰舟", frozenset({"head"}))

_TOWNS = (
    "澄河", "岚州", "云溪", "石陂", "青枫", "柏桥", "鹿鸣", "临渠", "桐岭", "竹湾", "曲塘",
    "枫桥", "望川", "松溪", "南浦",
)  # fmt: skip
_WORDS = (
    "启衡", "丰禾", "瑞澜", "沐辰", "恒岳", "景川", "禾木", "蓝汀", "清越", "泽远", "鸿图",
    "广晟", "凌云", "嘉树", "朗润", "元一", "博远", "同舟", "星野", "海棠",
)  # fmt: skip
_TRADES = (
    "自动化技术", "农业机械", "生物科技", "软件", "新材料", "环保工程", "智能装备", "医药研究",
    "仪器仪表", "能源科技",
)  # fmt: skip
_ENDS = ("有限公司", "股份有限公司", "研究所", "研究院有限公司")
_THINGS = (
    "丘陵茶园自走式采摘机", "低品位石英砂", "山地果园轨道运输车", "水产养殖水质", "竹材热压",
    "电梯钢丝绳", "粮仓害虫", "县域供水管网", "中药饮片", "光伏组件", "桥梁支座", "冷链车厢",
)  # fmt: skip
_AIMS = (
    "视觉识别", "提纯工艺", "仿形控制", "在线监测", "缺陷检测", "节能改造", "数字孪生",
    "智能调度", "寿命预测", "自动分选",
)  # fmt: skip
_ACTS = ("研制", "开发", "技术许可", "专利实施许可", "可行性论证", "技术服务")
COMPANIES = len(_TOWNS) * len(_WORDS) * len(_TRADES) * len(_ENDS)


def credit_code(number: int) -> str:
    """A well-formed invented credit code."""
    organisation = f"MA{number:06d}"
    first = f"91990321{organisation}{organisation_check(organisation)}"
    return first + check_character(first)


def company(number: int) -> str:
    """One of twelve thousand invented companies, the first ones more often asked for."""
    n = number % COMPANIES
    n, town = divmod(n, len(_TOWNS))
    n, word = divmod(n, len(_WORDS))
    end, trade = divmod(n, len(_TRADES))
    return _TOWNS[town] + _WORDS[word] + _TRADES[trade] + _ENDS[end]


def title(number: int) -> str:
    """A title as contracts carry them."""
    thing = _THINGS[number * 7 % len(_THINGS)]
    return f"{thing}{_AIMS[number * 3 % len(_AIMS)]}系统{_ACTS[number % len(_ACTS)]}（{number % 977 + 1}期）"


def application(number: int) -> Facts:
    """A complete application for a commissioned development; every number has other parties."""

    def party(role: str, which: int) -> law.Party:
        return law.Party(
            role=role,
            name=company(which),
            id_type="credit_code",
            id_number=credit_code(which % 1_000_000),
            country="CHN",
            region="990321",
            party_type="150",
            contact="韦青岚",
            phone="0990-5550123",
            legal_representative="秦松",
        )

    technology = Decimal(300_000 + number % 5000 * 137) + Decimal(number % 100) / 100
    equipment = Decimal(50_000 + number % 300 * 10)
    return Facts(
        title=title(number).replace(_ACTS[number % len(_ACTS)], "研制"),
        kind="DEV",
        sub_kind="DEV-1",
        valid_from=date(2026, 11, 1),
        valid_until=date(2027, 12, 31),
        signed_on=date(2026, 10, 1) + timedelta(days=number % 28),
        effective_on=date(2026, 10, 1) + timedelta(days=number % 28),
        contract_amount=technology + equipment,
        technology_amount=technology,
        price_form="fixed",
        currency="CNY",
        payment_method="2",
        technical_field="03",
        ip_kind="1",
        plan_source="9",
        socioeconomic_objective="09",
        industry="A",
        summary="研制识别与仿形控制系统，交付样机一台、图纸一套。",
        is_secret=False,
        has_confidentiality=True,
        cross_border="none",
        is_related_party=False,
        applicant_role="seller",
        is_written=True,
        is_vat_listed=False,
        parties=(party("buyer", number * 2 + 1), party("seller", number * 2)),
        amount_lines=(
            law.AmountLine("研究开发报酬", "technology", technology, "7.1"),
            law.AmountLine("测试台架与检测设备", "equipment", equipment, "附件二"),
        ),
        attachments=(law.Attachment("委托开发合同", 14), law.Attachment("附件一 技术指标", 3)),
    )


def development_answers() -> dict[str, Any]:
    """Answers to every question a clear commissioned development asks."""
    path = resource("sample", "answers", "001.json")
    answers: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return answers


def lay_out(folder: Path, *, numbers: int = 100) -> None:
    """A new station in an empty folder: three people, its key, a block of so many numbers."""
    engine = open_sqlite(folder / DATABASE)
    bring_up_to_date(engine)
    create_key(folder / "keys", MASTER, owner="990321", label="澄河县技术合同登记处")
    with UnitOfWork(engine) as uow:
        for person in (CLERK, REVIEWER, HEAD):
            roles = " ".join(sorted(person.roles))
            uow.session.add(Person(name=person.name, roles=roles, is_active=True, created_at=NOW))
        block = NumberBlock(
            uid="block-2026-1",
            year=2026,
            name="2026 第 1 段",
            digest="0" * 64,
            is_frozen=False,
            imported_at=NOW,
        )
        uow.session.add(block)
        uow.session.flush()
        uow.session.execute(
            insert(BlockNumber),
            [
                {"number": f"2026990321{n:06d}", "block_id": block.id, "ordinal": n}
                for n in range(1, numbers + 1)
            ],
        )
        uow.commit()
    engine.dispose()


def open_office(folder: Path, person: SignedIn = CLERK) -> Office:
    """The office of a station that ``lay_out`` made; dispose its engine at the end."""
    pack = load_pack(resource("local", "yunling-2026.11.toml"))
    return Office(
        engine=open_sqlite(folder / DATABASE),
        folder=folder,
        station=StationFile(code="990321", name="澄河县技术合同登记处", pack=pack.id, is_plain=True),
        book=load_book(resource("law")),
        codes=CodeTables(resource("codes"), pack.regions),
        pack=pack,
        calendar=Calendar.load(resource("law", "working-days.toml")),
        person=person,
        master=MASTER,
        now=lambda: NOW,
    )


def recognised(office: Office, number: int) -> int:
    """One contract taken as far as 待复核 through the services; returns its id."""
    from desktop.services.commands import AcceptContract, PassDoubt, RecogniseContract, SaveContract
    from desktop.services.decide import recognise_contract
    from desktop.services.look import check_form
    from desktop.services.take_in import accept_contract, pass_doubt, save_contract

    facts = application(number)
    made = save_contract(office, SaveContract(actor=CLERK.name, facts=facts))
    for problem in check_form(office, facts, made, submitted=True):
        if problem.level == "doubt":
            pass_doubt(
                office,
                PassDoubt(
                    actor=CLERK.name,
                    contract_id=made,
                    code=problem.code,
                    field_name=problem.field,
                    reason="已与申请人核对",
                ),
            )
    accept_contract(office, AcceptContract(actor=CLERK.name, contract_id=made))
    cmd = RecogniseContract(actor=CLERK.name, contract_id=made, answers=development_answers())
    return recognise_contract(office, cmd)


def more_like(engine: Engine, template: int, count: int) -> list[int]:
    """Ids of copies of one recognised contract with other titles and parties, made in one transaction."""
    ids = []
    with engine.begin() as conn:

        def rows(cls: type[Base], column: Any, value: int) -> list[dict[str, Any]]:
            table = cls.__table__
            found = conn.execute(select(table).where(column == value)).mappings()
            return [{key: row[key] for key in row if key != "id"} for row in found]

        first = rows(Contract, Contract.id, template)[0]
        children = {
            cls: rows(cls, cls.contract_id, template) for cls in (ContractParty, AmountLine, Attachment)
        }
        recognition = (
            conn.execute(select(Recognition.__table__).where(Recognition.contract_id == template))
            .mappings()
            .one()
        )
        findings = rows(Finding, Finding.recognition_id, recognition["id"])
        known = conn.execute(select(Contract.id).order_by(Contract.id.desc()).limit(1)).scalar_one()
        decided = conn.execute(select(Recognition.id).order_by(Recognition.id.desc()).limit(1)).scalar_one()
        made: dict[type[Base], list[dict[str, Any]]] = {
            cls: [] for cls in (Contract, ContractParty, AmountLine, Attachment, Recognition, Finding)
        }
        for n in range(1, count + 1):
            key, decision = known + n, decided + n
            ids.append(key)
            facts = application(10_000 + key)
            own = {
                "id": key,
                "uid": str(uuid5(NAMESPACE_URL, f"contract {key}")),
                "local_serial": f"副 2026-{key:06d}",
                "title": facts.title,
                "text_hash": None,
            }
            made[Contract].append(first | own)
            for cls, kept in children.items():
                made[cls] += [row | {"contract_id": key} for row in kept]
            for row, party in zip(made[ContractParty][-2:], facts.parties, strict=True):
                row |= {"role": party.role, "name": party.name, "id_number": party.id_number}
            made[Recognition].append(dict(recognition) | {"id": decision, "contract_id": key})
            made[Finding] += [row | {"recognition_id": decision} for row in findings]
        for cls, many in made.items():
            if many:
                conn.execute(insert(cls), many)
    return ids
