"""The words of the program: every Chinese text of the source is looked at."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from desk import codes

from desktop.resources import resource
from desktop.ui.widgets.marks import MARKS

ROOT = Path(__file__).parents[2]
HAN = re.compile(r"[\u4e00-\u9fff]")
ON_KEYS_AND_FILES = {
    "Excel", "WPS", "PDF", "Word", "PIN", "Ctrl", "Alt", "Shift", "Enter", "Tab", "Insert", "Esc",
    "Delete", "DIV", "PgDn", "Caps", "Lock", "JSON", "USB", "Unicode", "xlsx", "xlsm", "xls", "docx",
    "pdf", "zip", "toml", "json", "csv", "txt", "png", "jpg", "jpeg", "tif", "tiff", "pub",
    "JPG", "PNG", "TIFF",
}  # fmt: skip
"""Names that stand on keys, programs and kinds of files; everything else is said in Chinese."""
FOLDERS_AND_KEYS = {
    "keys", "packages", "papers", "backups", "law", "station", "tax", "bureau", "clerk", "reviewer",
    "head", "admin", "contract", "desk", "policy", "explain", "example", "name", "undelete",
}  # fmt: skip
"""What the reader has to find or type letter by letter: folders, keys of a local pack, a command."""
RULE_ID = r"\b(?:R-)?[A-Z]{3,5}(?:-[A-Z0-9]+|\.[A-Z]-?\d+)+"


def _catalogue() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue", resource("locale", "catalogue.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogue"] = module  # dataclasses looks its module up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text of the program → the file where it stands first; also the letters and the help."""
    code = _catalogue().read_code()
    found = {text: where[0] for room in code.rooms.values() for text, where in room.items()}
    assert len(found) > 3000
    for folder in ("certificates", "help"):
        for path in resource(folder).glob("*.[tm]*"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if HAN.search(line):
                    found.setdefault(line.strip(), path.name)
    return found


def holding(texts: dict[str, str], pattern: str, *, but: str = r"(?!)") -> list[str]:
    """Texts in which the pattern stands after what ``but`` allows was taken out."""
    return [f"{where}: {text}" for text, where in texts.items() if re.search(pattern, re.sub(but, "", text))]


def test_nothing_is_called_a_failure_illegal_or_unknown(texts: dict[str, str]) -> None:
    assert holding(texts, "失败|未知错误|出错了|错误代码") == []
    assert holding(texts, "非法", but="非法垄断") == [], "illegal monopoly is a term of the law"
    assert holding(texts, "异常", but="解开后异常大") == []


def test_there_are_no_exclamation_marks_and_no_faces(texts: dict[str, str]) -> None:
    """The mark “!” with a space behind it is the glyph of a doubt, as ✕ and i are of the others."""
    assert holding(texts, "[!！]", but=r"(^|　|\| )[!！] |^！改动$|#DIV/0!|!\[|“!”") == []
    assert holding(texts, "[\U0001f000-\U0001faff\u2600-\u26ff\ufe0f]") == []


def test_messages_speak_no_english(texts: dict[str, str]) -> None:
    """Texts of the window and the use cases; files of law and packs are written by people who know them."""
    foreign, looked_at = [], 0
    for text, where in texts.items():
        if not where.startswith(("desktop/ui/", "desktop/services/")):
            continue
        looked_at += 1
        words = set(re.findall(r"[A-Za-z]{3,}", re.sub(rf"\{{[^{{}}]*\}}|{RULE_ID}", "", text)))
        if words - ON_KEYS_AND_FILES - FOLDERS_AND_KEYS:
            foreign.append(f"{where}: {text}")
    assert looked_at > 2000
    assert foreign == []


def test_no_button_says_only_yes_no_ok_or_cancel(texts: dict[str, str]) -> None:
    """是 and 否 are answers to the questions of the law and values of a field, never buttons of a dialog."""
    assert holding(texts, "^(确定|取消|确认|OK|好的?)$") == []
    named = re.compile(r'(?:act|safe)=_\("([^"]+)"\)')
    buttons = {
        word
        for path in (ROOT / "desktop" / "ui").rglob("*.py")
        for word in named.findall(path.read_text(encoding="utf-8"))
    }
    assert len(buttons) > 80
    assert buttons & {"是", "否", "确定", "取消", "确认", "好", "提交"} == set()


def test_success_is_never_claimed(texts: dict[str, str]) -> None:
    """What went out is 已导出待回执 until the receipt was read."""
    assert holding(texts, "成功", but="写盘成功才") == [], "the help says when a number is shown"
    about_sending = "batch|report|receive|send|package"
    reporting = {text: where for text, where in texts.items() if re.search(about_sending, where)}
    assert len(reporting) > 100
    assert holding(reporting, "完成|上报成功|已上报$|送达成功") == []


def test_people_are_addressed_politely(texts: dict[str, str]) -> None:
    """A letter to a unit says 你单位, as official letters do."""
    assert holding(texts, "你", but="你单位") == []
    assert holding(texts, "亲爱|抱歉|哦|啦|呀|哎") == []


def test_states_and_reporting_states_have_their_one_word() -> None:
    words = {code: mark.word for code, mark in MARKS.items()}
    states = {
        "DRAFT": "草稿", "RETURNED": "待补正", "ACCEPTED": "待初审", "RECOGNISED": "待复核",
        "REGISTERED": "已登记", "CERTIFIED": "已发证", "REFUSED": "不予登记", "CHANGED": "已变更",
        "CANCELLED": "已注销", "REVOKED": "已撤销",
        "NOT_SENT": "未导出", "EXPORTED": "已导出待回执", "ACCEPTED_ABOVE": "上级已接收",
        "REJECTED_ABOVE": "上级退回", "PARKED": "暂不上报",
    }  # fmt: skip
    assert {code: words[code] for code in states} == states


def test_the_terms_are_those_of_the_law(texts: dict[str, str]) -> None:
    assert holding(texts, "甲方|乙方|委托方式|成交金额|交易总额|技术合同额") == []
    kinds = [entry.name for entry in codes().entries("contract_kinds") if "-" not in entry.code]
    assert [name.removesuffix("合同") for name in kinds[:5]] == [
        "技术开发", "技术转让", "技术许可", "技术咨询", "技术服务",
    ]  # fmt: skip


def test_nothing_moves_by_itself_and_nothing_is_fetched_at_night() -> None:
    source = {path: path.read_text(encoding="utf-8") for path in (ROOT / "desktop").rglob("*.py")}
    moving = (
        r"QPropertyAnimation|QVariantAnimation|QTimeLine|QMovie|setGraphicsEffect|QSequentialAnimationGroup"
    )

    def using(pattern: str) -> list[str]:
        return [path.name for path, text in source.items() if re.search(pattern, text)]

    assert using(moving) == []
    assert "widget-animation-duration: 0" in source[ROOT / "desktop" / "ui" / "theme" / "qss.py"]
    assert using(r"\bbeep\(|QSoundEffect|playSound") == []
    assert using(r"QNetwork|autoupdate|check_for_update") == []


def test_scroll_bars_that_are_needed_are_never_hidden() -> None:
    """Sideways nothing scrolls anywhere (``test_habits.py``); down the bar always comes when it is needed."""
    source = {path: path.read_text(encoding="utf-8") for path in (ROOT / "desktop" / "ui").rglob("*.py")}
    off = re.compile(r"setVerticalScrollBarPolicy\([^)]*AlwaysOff")
    hidden = [path.name for path, text in source.items() if off.search(text)]
    assert hidden == []
    qss = source[ROOT / "desktop" / "ui" / "theme" / "qss.py"]
    assert re.search(r"QScrollBar:vertical \{\{.*width: \{px\(12\)\}px", qss)
