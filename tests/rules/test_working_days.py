from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import RefusedError
from desktop.resources import resource
from desktop.rules.working_days import Calendar

YEAR = '[[year]]\nyear = 2027\nconfidence = "memory"'
CALENDAR = Calendar.load(resource("law", "working-days.toml"))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 1, 4), True),  # Sunday, worked for 2 January
        (date(2026, 2, 14), True),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 11, 21), False),
        (date(2025, 10, 8), False),
        (date(2025, 9, 28), True),
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
        (date(2027, 10, 4), True),
        (date(2024, 5, 1), False),
    ],
)
def test_days_off_and_days_worked(day: date, works: bool) -> None:
    assert CALENDAR.is_working_day(day) is works


def test_both_published_years_have_the_known_number_of_working_days() -> None:
    for year in (2025, 2026):
        assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == 248


def test_the_period_of_the_sample_contract_ends_on_the_eleventh_of_december() -> None:
    accepted = date(2026, 11, 20)
    assert CALENDAR.add_working_days(accepted, 15) == date(2026, 12, 11)
    assert CALENDAR.working_days_between(accepted, date(2026, 12, 11)) == 15
    assert CALENDAR.working_days_between(date(2026, 12, 14), date(2026, 12, 11)) == -1
    assert CALENDAR.working_days_between(accepted, accepted) == 0


def test_years_without_a_notice_are_marked_uncertain() -> None:
    assert CALENDAR.is_certain(date(2026, 12, 31))
    assert not CALENDAR.is_certain(date(2027, 1, 1))
    assert CALENDAR.is_certain_between(date(2025, 12, 30), date(2026, 1, 2))
    assert not CALENDAR.is_certain_between(date(2026, 12, 30), date(2027, 1, 2))


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(0, 120))
def test_adding_and_counting_agree(start: date, n: int) -> None:
    end = CALENDAR.add_working_days(start, n)
    assert CALENDAR.working_days_between(start, end) == n
    assert n == 0 or CALENDAR.is_working_day(end)
    assert n == 0 or CALENDAR.working_days_between(start, end - timedelta(days=1)) == n - 1


def test_an_absurd_number_of_days_is_refused() -> None:
    with pytest.raises(RefusedError):
        CALENDAR.add_working_days(date(2026, 1, 1), -1)
    with pytest.raises(RefusedError):
        CALENDAR.add_working_days(date(2026, 1, 1), 100_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= 1", "读不出来"),
        ("", "一个年份也没有"),
        ('[[year]]\nyear = 2027\nconfidence = "sure"', "2027 confidence"),
        (
            '[[year]]\nyear = 2027\nconfidence = "memory"\nworkdays = [2027-01-04]',
            "2027-01-04 不是当年的周末",
        ),
        ('[[year]]\nyear = 2027\nconfidence = "memory"\nworkdays = [2026-01-04]', "不是当年的周末"),
        (
            f'{YEAR}\nholidays = [{{ name = "春", first = 2027-02-10, last = 2027-02-05 }}]',
            "2027 春",
        ),
        (
            f"{YEAR}\nworkdays = [2027-02-06]\nholidays = [{{ first = 2027-02-05, last = 2027-02-12 }}]",
            "既放假又上班",
        ),
        ('fixed_holidays = ["13-01"]\n[[year]]\nyear = 2027\nconfidence = "memory"', "13-01"),
        (
            '[[year]]\nyear = 2027\nconfidence = "memory"\n[[year]]\nyear = 2027\nconfidence = "memory"',
            "重复",
        ),
        (f"{YEAR}\nworkday = [2027-02-06]", "2027 workday 有误：没有这一项"),
        (f"{YEAR}\nholidays = [{{ first = 2027-02-05, lst = 2027-02-12 }}]", "lst"),
        (f'{YEAR}\nholidays = ["春节"]', "2027 holidays"),
        (f"{YEAR}\nholidays = 2027-02-05", "2027 holidays 有误：应当是一列"),
        (f"{YEAR}\nworkdays = 2027-02-06", "2027 workdays 有误：应当是一列"),
        (f"fixed_holiday = []\n{YEAR}", "fixed_holiday 有误：没有这一项"),
        ("year = 2027", "year 有误：应当是一列"),
        ("[[year]]\nyear = true", "年份缺失或重复"),
        ('[[year]]\nyear = "2027"', "年份缺失或重复"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_entry(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "节假日.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError) as refused:
        Calendar.load(path)
    assert "节假日.toml" in refused.value.message
    assert said in refused.value.message


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        Calendar.load(tmp_path / "none.toml")
