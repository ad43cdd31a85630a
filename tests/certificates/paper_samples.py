"""The sample station's contract as papers, and where the characters of a PDF stand."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdfium2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.certificates.certificate import CertificateData, Party, draw_certificates
from desktop.certificates.credential import CredentialClaims, make_credential
from desktop.certificates.layout import Layout
from desktop.certificates.letters import (
    AcceptanceSlip,
    CancellationNotice,
    ChangedItem,
    ChangeNotice,
    Defect,
    ExtensionNotice,
    Ground,
    HandOverSlip,
    InformingLetter,
    ListedContract,
    Material,
    NonAcceptanceNotice,
    ObjectionAnswer,
    Paper,
    PendingSlip,
    ReceiptSlip,
    RefusalNotice,
    RegistrationList,
    ReviewedRule,
    ReviewSheet,
    RevocationNotice,
    SupplementNotice,
    draw_paper,
)

TITLE = "丘陵茶园自走式采摘机视觉识别与仿形控制系统研制"
NUMBER = "2026990321000247"
SELLER = "岚州启衡自动化技术有限公司"
STATION = "澄河县技术合同登记处"
DAY = date(2026, 11, 20)
KEY_ID = "0123456789abcdef"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CLAIMS = CredentialClaims(
    paper="P06",
    number=NUMBER,
    version=1,
    mark="",
    seller="91990321MA0QH7K26R",
    contract_amount=Decimal("1280000.00"),
    technology_amount=Decimal("1030000.00"),
    decided_on=DAY,
    station="990321",
    key_id=KEY_ID,
)
CREDENTIAL = make_credential(CLAIMS, KEY)
REMEDY = (
    "如不服本决定，可以自收到之日起六十日内向澄河县人民政府申请行政复议，"
    "或者自收到之日起六个月内向澄河县人民法院提起行政诉讼。"
)
BASIS = "工业和信息化部《技术合同认定登记管理办法》"

CERTIFICATE = CertificateData(
    number=NUMBER,
    title=TITLE,
    kind="DEV",
    sub_kind="DEV-1",
    kind_name="技术开发合同",
    sub_kind_name="委托开发合同",
    sellers=(Party(SELLER, "91990321MA0QH7K26R"),),
    buyers=(Party("澄河丰禾农业机械有限公司", "91990321MA5NY83T0T"),),
    signed_on=date(2026, 10, 26),
    valid_from=date(2026, 11, 1),
    valid_until=date(2027, 12, 31),
    contract_amount=Decimal("1280000.00"),
    technology_amount=Decimal("1030000.00"),
    clerk="沈清禾",
    reviewer="陆知远",
    station_name=STATION,
    decided_on=DAY,
    rule_set="适用规则 M2026（2026年3月1日起施行）",
    pack="版式 云岭 2026.11",
    qr=CREDENTIAL.text,
    check_code=CREDENTIAL.check_code,
)

_BASE = {
    "station_name": STATION,
    "decided_on": DAY,
    "contact": "联系人：沈清禾　电话：0990-5550123",
    "qr": CREDENTIAL.text,
    "check_code": CREDENTIAL.check_code,
}
_LETTER = {**_BASE, "addressee": SELLER}
MATERIALS = (Material("技术开发合同文本", 1, 18), Material("营业执照", 1, 1, False), Material("承诺书", 1, 1))
DEFECT = Defect(
    "合同名称、第三条",
    "合同名称为技术开发合同,第三条约定的是现有软件的使用许可",
    "请更正名称,或者重新约定内容",
    "《民法典》第八百五十一条",
)
LISTED = ListedContract(
    NUMBER, TITLE, "技术开发", SELLER, "澄河丰禾农业机械有限公司", DAY, Decimal("1280000"), Decimal("1030000")
)
RULE = ReviewedRule(
    "R-DEV-02", "标的是不是研究开发", "是", "研制仿形控制系统", "登记员", "《民法典》", "第八百五十一条", True
)

PAPERS: dict[str, Paper] = {
    "P01": AcceptanceSlip(
        **_LETTER,
        docno="澄技登受〔2026〕15号",
        title=TITLE,
        kind_name="技术开发合同",
        received_on=date(2026, 11, 18),
        accepted_on=date(2026, 11, 18),
        days=15,
        due_on=date(2026, 12, 9),
        materials=MATERIALS,
        submitted_by="周启",
        received_by="沈清禾",
        phone="0990-5550123",
    ),
    "P01-receipt": ReceiptSlip(
        **_LETTER,
        docno="澄技登受〔2026〕16号",
        title=TITLE,
        answer_by=date(2026, 11, 25),
        materials=MATERIALS,
        submitted_by="周启",
        received_by="沈清禾",
    ),
    "P01-pending": PendingSlip(**_LETTER, docno="澄技登受〔2026〕17号", title=TITLE),
    "P02": SupplementNotice(
        **_LETTER,
        docno="澄技登补〔2026〕8号",
        title=TITLE,
        received_on=date(2026, 11, 18),
        deadline=date(2026, 12, 9),
        defects=(DEFECT, Defect("买方签章页", "签章为“宁海分公司”", "请补盖总公司印章")),
    ),
    "P03": NonAcceptanceNotice(
        **_LETTER,
        docno="澄技登不受〔2026〕2号",
        title=TITLE,
        received_on=date(2026, 11, 18),
        case="该合同以口头形式订立，未提交书面文本",
        basis=BASIS,
        material_count=3,
        remedy=REMEDY,
        elsewhere="岚州市技术合同登记处（岚州市学府路1号，0990-5550000）",
    ),
    "P07": RefusalNotice(
        **_LETTER,
        docno="澄技登不登〔2026〕3号",
        title=TITLE,
        accepted_on=date(2026, 11, 18),
        basis=BASIS,
        grounds=(Ground("合同第二条约定的标的为定型设备的买卖", "非技术合同"),),
        remedy=REMEDY,
    ),
    "P08": ChangeNotice(
        **_LETTER,
        docno="澄技登变〔2026〕4号",
        number=NUMBER,
        applied_on=DAY,
        agreement="《补充协议》(2026年11月18日)",
        items=(ChangedItem("技术交易额", "¥1,030,000.00", "¥980,000.00", "核定表"),),
        contract_amount=Decimal("1230000"),
        technology_amount=Decimal("980000"),
        technology_before=Decimal("1030000"),
        version=2,
        effective_on=DAY,
    ),
    "P09": CancellationNotice(
        **_LETTER,
        docno="澄技登销〔2026〕1号",
        number=NUMBER,
        applied_on=DAY,
        reason="合同解除",
        papers="解除协议",
        effective_on=DAY,
        income_fixed=Decimal("300000"),
        return_by=date(2026, 12, 4),
    ),
    "P16": RegistrationList(**_BASE, applicant=SELLER, as_of=DAY, contracts=(LISTED, LISTED)),
    "P19": HandOverSlip(
        **_BASE,
        package="澄河县登记处_上报_2026-11-20_第15包_12份.zip",
        sequence=15,
        previous_sequence=14,
        contracts=12,
        new=11,
        changed=1,
        cancelled=0,
        revoked=0,
        contract_amount=Decimal("22146000"),
        technology_amount=Decimal("17308450"),
        attachments=26,
        medium="U 盘 DJ-03",
        handed_by="沈清禾",
        moment=datetime(2026, 11, 20, 8, 20, tzinfo=UTC),
    ),
    "P10": RevocationNotice(
        **_LETTER,
        docno="澄技登撤〔2026〕1号",
        number=NUMBER,
        document="云岭省技术市场管理办公室2026年11月19日云技撤〔2026〕2号决定",
        reason="同一合同重复登记",
        effective_on=DAY,
        return_by=date(2026, 12, 5),
    ),
    "P11": InformingLetter(
        **_LETTER | {"addressee": "国家税务总局澄河县税务局"},
        docno="澄技登函〔2026〕1号",
        number=NUMBER,
        seller=SELLER,
        seller_id="91990321MA0QH7K26R",
        day=DAY,
        act="变更",
        is_ended=False,
        technology_before=Decimal("1030000"),
        technology_after=Decimal("980000"),
        prints=3,
        income_fixed=Decimal("100000"),
    ),
    "P23": ExtensionNotice(
        **_LETTER,
        docno="澄技登延〔2026〕1号",
        title=TITLE,
        accepted_on=date(2026, 11, 18),
        cause="技术交易额达到大额标准",
        due_on=date(2026, 12, 30),
        days=30,
    ),
    "P26": ObjectionAnswer(
        **_LETTER,
        docno="澄技登复〔2026〕1号",
        received_on=date(2026, 11, 18),
        against="澄技登不登〔2026〕1号",
        facts="合同附件一第二条写明了研究开发的目标和验收指标",
        outcome="撤销原结论，自2026年11月20日起重新办理",
        remedy="如对认定结论有异议，可以自收到之日起30日内向云岭省技术市场管理中心书面申请复核。",
    ),
    "P22": ReviewSheet(
        **_BASE,
        local_serial="2026-0312",
        title=TITLE,
        conclusion="技术开发合同（委托开发），准予登记",
        rule_set="M2026（2026年3月1日起施行）",
        rules=(RULE,),
        clerk="沈清禾",
        clerk_on=DAY,
        reviewer="陆知远",
        reviewer_on=DAY,
    ),
}


def certificate_pdf(
    *items: CertificateData, layout: Layout | None = None, copies: tuple[int, ...] = (1,)
) -> bytes:
    stream = io.BytesIO()
    draw_certificates(items, stream, layout=layout, copies=copies)
    return stream.getvalue()


def paper_pdf(paper: Paper, copies: tuple[int, ...] = (1,), layout: Layout | None = None) -> bytes:
    stream = io.BytesIO()
    draw_paper(paper, stream, copies=copies, layout=layout)
    return stream.getvalue()


@dataclass(frozen=True)
class Char:
    """One character of a page and its ink, mm from the top left corner."""

    text: str
    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2


def chars_of(pdf: bytes, page: int = 0) -> list[Char]:
    document = pypdfium2.PdfDocument(pdf)
    sheet = document[page]
    height = sheet.get_height()
    words = sheet.get_textpage()
    mm = 25.4 / 72
    found = []
    for place in range(words.count_chars()):
        left, bottom, right, top = words.get_charbox(place)
        char = words.get_text_range(place, 1)
        if char.strip():
            found.append(Char(char, left * mm, (height - top) * mm, right * mm, (height - bottom) * mm))
    words.close()
    sheet.close()
    document.close()
    return found
