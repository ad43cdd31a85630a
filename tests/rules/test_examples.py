from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop.errors import ProblemsFound
from desktop.resources import resource
from desktop.rules.book import load_book
from desktop.rules.examples import LONGEST, Example, load_examples

SHIPPED = resource("law", "examples.toml")
BOOK = load_book(resource("law"))
ANSWERABLE = {row.code for row in BOOK.all_rows() if row.code.startswith("R-") and row.manual}


def written(folder: Path, text: str) -> Path:
    path = folder / "examples.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_question_a_person_can_answer_has_an_example_of_yes_and_of_no() -> None:
    made = load_examples(SHIPPED, {row.code for row in BOOK.all_rows()})
    assert len(ANSWERABLE) > 100
    assert set(made) == ANSWERABLE


def test_no_sentence_serves_twice_and_each_ends_like_a_sentence() -> None:
    texts = [text for e in load_examples(SHIPPED).values() for text in (e.yes, e.no)]
    assert len(set(texts)) == len(texts)
    assert [text for text in texts if not text.endswith("。")] == []


def test_examples_are_passed_over_by_the_law_and_leave_its_version_alone(tmp_path: Path) -> None:
    folder = tmp_path / "law"
    shutil.copytree(resource("law"), folder)
    before = load_book(folder)
    assert before.version == BOOK.version
    written(folder, '[R-DEV-01]\nyes = "有指标。"\nno = "没有。"\n')
    assert load_book(folder).digest == before.digest
    (folder / "examples.toml").unlink()
    assert load_book(folder).digest == before.digest


def test_both_sides_are_read_without_the_spaces_around_them(tmp_path: Path) -> None:
    path = written(tmp_path, '[R-DEV-01]\nyes = " 有指标。"\nno = "没有指标。 "\n')
    assert load_examples(path, {"R-DEV-01"}) == {"R-DEV-01": Example("有指标。", "没有指标。")}


@pytest.mark.parametrize(
    ("text", "place", "value", "reason", "remedy"),
    [
        ('[R-DEV-1]\nyes = "甲"\nno = "乙"', "[R-DEV-1]", "R-DEV-1", "没有这条规则", "是不是 R-DEV-01？"),
        ('[X]\nyes = "甲"\nno = "乙"', "[X]", "X", "没有这条规则", "请核对规则编号"),
        ('[R-DEV-01]\nyes = "甲"', "[R-DEV-01]", "no", "缺少一边的例子", "补上 no ="),
        ('[R-DEV-01]\nyes = "甲"\nno = " "', "[R-DEV-01]", "no = ' '", "没有写或不是文字", "补上 no ="),
        ('[R-DEV-01]\nyes = 1\nno = "乙"', "[R-DEV-01]", "yes = 1", "没有写或不是文字", "补上 yes ="),
        (
            '[R-DEV-01]\nyes = "甲"\nno = "乙"\nmay = "丙"',
            "[R-DEV-01]",
            "may",
            "没有这一项",
            "只有 yes 和 no",
        ),
        ('R-DEV-01 = "甲"', "[R-DEV-01]", "甲", "应当是一个表", "写成 [R-DEV-01]"),
        (
            f'[R-DEV-01]\nyes = "{"长" * (LONGEST + 1)}"\nno = "乙"',
            "[R-DEV-01]",
            "长长",
            "例子太长",
            f"请改短到 {LONGEST} 个字以内",
        ),
        ('[R-DEV-01]\nyes = "甲', "末尾", "", "写法不对", "请核对方括号"),
        ('[R-DEV-01]\nyes = "甲"\nno = "乙"\n[R-DEV-01]\n', "第 4 行", "", "写法不对", "只写一个表"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place_and_a_remedy(
    tmp_path: Path, text: str, place: str, value: str, reason: str, remedy: str
) -> None:
    with pytest.raises(ProblemsFound) as caught:
        load_examples(written(tmp_path, text), {"R-DEV-01", "R-DEV-02"})
    (problem,) = caught.value.problems
    assert problem.place.startswith("examples.toml")
    assert place in problem.place
    assert problem.value.startswith(value)
    assert reason in problem.reason
    assert remedy in problem.remedy


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, '[R-DEV-01]\nyes = "甲"\n[R-DEV-02]\nno = "乙"\n')
    with pytest.raises(ProblemsFound, match="共 2 处不对") as caught:
        load_examples(path)
    assert [p.code for p in caught.value.problems] == ["R-DEV-01", "R-DEV-02"]


def test_a_file_that_cannot_be_opened_or_read_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="文件打不开"):
        load_examples(tmp_path / "nowhere.toml")
    path = tmp_path / "examples.toml"
    path.write_bytes('[R-DEV-01]\nyes = "是"'.encode("gb18030"))
    with pytest.raises(ProblemsFound, match="UTF-8"):
        load_examples(path)
