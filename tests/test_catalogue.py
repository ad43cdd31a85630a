from __future__ import annotations

import importlib.util
import os
import string
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from desktop.resources import _, resource


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue", resource("locale", "catalogue.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogue"] = module  # dataclasses looks its module up there
    spec.loader.exec_module(module)
    return module


catalogue = load()
EN = resource("locale", "en")


@pytest.fixture(scope="module")
def code() -> object:
    """Every text of the program."""
    return catalogue.read_code()


def texts(**rooms: list[str]) -> object:
    """What the code would say if these were all its texts."""
    made = catalogue.Texts()
    for room, wanted in rooms.items():
        made.rooms[room] = {text: [f"desktop/{room}/page.py"] for text in wanted}
    return made


def translate(folder: Path, room: str, english: dict[str, str]) -> None:
    """Fill a room's file by hand, as a translator does."""
    path = folder / f"{room}.po"
    content = path.read_text(encoding="utf-8")
    for text, words in english.items():
        assert f'msgid "{text}"\nmsgstr ""' in content
        content = content.replace(f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{words}"')
    path.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("room", catalogue.ROOMS)
def test_every_text_of_the_room_has_its_english(code: object, room: str) -> None:
    found = catalogue.check(code, EN, [room])
    assert [line for line in found if line.startswith(f"{room}: ")] == []


def test_every_text_of_the_code_stands_where_the_catalogue_can_find_it(code: Any) -> None:
    assert code.ill_placed == []


def test_the_compiled_catalogue_is_what_the_rooms_say() -> None:
    rooms = {room: catalogue.read_room(EN, room) for room in catalogue.ROOMS}
    assert len(catalogue.together(rooms)) > 2000
    assert catalogue.compiled(EN / "LC_MESSAGES" / "contract-desk.mo") == catalogue.together(rooms)


def test_every_english_text_can_be_filled_in_like_the_chinese_one() -> None:
    """A format code that only one of the two takes (``{a:,.2f}`` on a text) would show at work."""

    def slots(text: str) -> dict[str, str]:
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError:
            return {}
        return {name: code or "" for _words, name, code, _conversion in parts if name}

    differing = [
        (text, english)
        for room in catalogue.ROOMS
        for text, english in catalogue.read_room(EN, room).items()
        if english and slots(text) != slots(english)
    ]
    assert differing == []


def test_the_program_speaks_english_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRACT_DESK_LANGUAGE", "en")
    assert _("登记编号") == "Registration number"
    assert _("没有这样的句子") == "没有这样的句子"


@pytest.mark.parametrize("language", ["", "zh_CN", "zh", "fr"])
def test_any_other_language_gives_the_chinese_text(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("CONTRACT_DESK_LANGUAGE", language)
    assert _("登记编号") == "登记编号"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "nowhere.pdf"), ("zh_CN", "没有这个文件：nowhere.pdf")]
)
def test_the_command_line_refuses_in_the_language_it_was_started_in(
    tmp_path: Path, language: str, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "verify", "nowhere.pdf"],
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | {"CONTRACT_DESK_LANGUAGE": language, "PYTHONUTF8": "1"},
        check=False,
    )
    words = (done.stdout + done.stderr).decode()
    assert done.returncode != 0
    assert said in words
    assert ("没有" in words) == (language != "en")


@pytest.mark.parametrize(
    "source",
    [
        'name = "甲"\n_(f"{name}的合同")',
        'text = "合同"\n_(text)',
        '_("{n} 份".format(n=1))',
        '_("合" + "同")',
        '_("合同", "contract")',
        '_(text="合同")',
        '_("")',
        "_(7)",
        "_()",
        'list(map(_, ["合同"]))',
        'say = _\nsay("合同")',
    ],
)
def test_what_is_not_one_literal_text_is_refused(source: str) -> None:
    found, ill = catalogue.texts_of(source, "desktop/ui/page.py")
    assert found == []
    assert len(ill) == 1
    assert ill[0].startswith("desktop/ui/page.py:")


def test_texts_in_pieces_and_beside_loops_are_found() -> None:
    source = (
        "class Page:\n"
        '    TITLE = _("合同")\n'
        "    def words(self) -> list[str]:\n"
        "        match self.kind:\n"
        "            case _:\n"
        '                return [str(self) for _ in range(2)] + [_("第一页"\n'
        '                       "，共两页")]\n'
    )
    assert catalogue.texts_of(source, "page.py") == ([("合同", 2), ("第一页，共两页", 6)], [])


@pytest.mark.parametrize(
    ("source", "scope"),
    [
        ('def words() -> str:\n    a, _ = 1, 2\n    return _("合同")\n', "1: _ is overwritten in words()"),
        ('words = [_("合同") for _ in range(2)]\n', "1: _ is overwritten in listcomp()"),
    ],
)
def test_a_function_that_overwrites_the_translation_is_refused(source: str, scope: str) -> None:
    assert catalogue.texts_of(source, "page.py")[1] == [f"page.py:{scope}"]


def test_a_text_in_a_folder_without_catalogue_is_refused(tmp_path: Path) -> None:
    code = tmp_path / "desktop"
    (code / "models").mkdir(parents=True)
    (code / "models" / "party.py").write_text('NAME = _("单位")\n', encoding="utf-8")
    (code / "cli.py").write_text('NAME = _("命令")\n', encoding="utf-8")
    found = catalogue.read_code(code)
    assert found.ill_placed == ["desktop/models/party.py:1: '单位': no catalogue for this room"]
    assert found.rooms["root"] == {"命令": ["desktop/cli.py"]}


def test_an_update_keeps_translations_drops_unused_and_brings_new_texts_in_empty(tmp_path: Path) -> None:
    catalogue.update(texts(ui=["合同", "买方"]), tmp_path)
    translate(tmp_path, "ui", {"合同": "Contract", "买方": "Buyer"})
    catalogue.update(texts(ui=["合同", "卖方"]), tmp_path)
    assert catalogue.read_room(tmp_path, "ui") == {"合同": "Contract", "卖方": ""}
    assert catalogue.compiled(tmp_path / "LC_MESSAGES" / "contract-desk.mo") == {"合同": "Contract"}


def test_a_new_text_takes_the_words_another_room_has_for_it(tmp_path: Path) -> None:
    catalogue.update(texts(rules=["合同"]), tmp_path)
    translate(tmp_path, "rules", {"合同": "Contract"})
    catalogue.update(texts(rules=["合同"], ui=["合同"]), tmp_path)
    assert catalogue.read_room(tmp_path, "ui") == {"合同": "Contract"}


def test_an_update_without_changes_and_of_another_room_touches_no_file(tmp_path: Path) -> None:
    catalogue.update(texts(ui=["合同"]), tmp_path)
    old = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.rglob("*.?o")}
    assert len(old) == len(catalogue.ROOMS) + 1
    catalogue.update(texts(ui=["合同"]), tmp_path)
    catalogue.update(texts(ui=["合同"], rules=["规则"]), tmp_path, ["ui"])
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.rglob("*.?o")} == old


@pytest.mark.parametrize(
    "text",
    ['“引号”与 "quote"', "反斜杠 \\n 与\n换行", "{n:,.2f} 元 {{甲}} %", "\t制表\n", "长" * 400, "一 " * 200],
)
def test_any_text_survives_the_file(tmp_path: Path, text: str) -> None:
    content = catalogue.room_file("ui", {text: ["desktop/ui/page.py"]}, {text: f"x{text}x"})
    (tmp_path / "ui.po").write_bytes(content)
    assert catalogue.read_room(tmp_path, "ui") == {text: f"x{text}x"}


@pytest.mark.parametrize(
    ("text", "english", "reason"),
    [
        ("共 {n} 份", "{n} contracts", ""),
        ("共 {n} 份", "contracts", "placeholders differ: {n}"),
        ("共 {n} 份", "{m} contracts", "placeholders differ: {m}, {n}"),
        ("共 %d 份", "%s contracts", "placeholders differ: %d, %s"),
        ("{{栏目}}", "{{field}}", ""),
        ("左括号 {", "a brace {", ""),
        ("保存(&S)", "&Save", ""),
        ("保存(&S)", "Save", "the & of the access key is missing or too many"),
        ("研发", "R&D", "the & of the access key is missing or too many"),
        ("两行\n", "two lines", "line break at the beginning or end differs"),
        ("请核对，再存", "Check，then save", "full-width punctuation in the English text"),
    ],
)
def test_a_translation_that_cannot_stand_in_for_its_text_is_named(
    text: str, english: str, reason: str
) -> None:
    assert catalogue.complaint(text, english) == reason


def test_the_check_names_what_is_missing_unused_different_and_stale(tmp_path: Path) -> None:
    catalogue.update(texts(rules=["合同"], ui=["合同", "买方", "卖方"]), tmp_path)
    translate(tmp_path, "rules", {"合同": "Contract"})
    translate(tmp_path, "ui", {"合同": "Agreement", "买方": "Buyer"})
    assert catalogue.check(texts(rules=["合同"], ui=["合同", "卖方"]), tmp_path) == [
        "ui: other words elsewhere: '合同': 'Agreement', 'Contract'",
        "ui: missing: '卖方'",
        "ui: unused: '买方'",
        "contract-desk.mo is stale: run python resources/locale/catalogue.py",
    ]


def test_check_ends_with_1_until_everything_is_translated_and_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalogue, "HERE", tmp_path)
    monkeypatch.setattr(catalogue, "read_code", lambda: texts(ui=["合同"]))
    assert catalogue.main(["--check"]) == 1
    assert not (tmp_path / "en").exists()
    assert catalogue.main([]) == 0
    assert catalogue.main(["--check"]) == 1
    assert "ui: missing: '合同'\n1 texts, 1 to look at\n" in capsys.readouterr().out
    translate(tmp_path / "en", "ui", {"合同": "Contract"})
    assert catalogue.main(["--check"]) == 1
    assert "contract-desk.mo is stale" in capsys.readouterr().out
    assert catalogue.main(["ui"]) == 0
    assert catalogue.main(["--check"]) == 0
    with pytest.raises(SystemExit):
        catalogue.main(["kitchen"])
