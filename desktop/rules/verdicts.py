"""Verdicts of three values: yes, no, unknown; and whether a party is of some sort.

An unknown is ``None`` and stays unknown: never read as yes, and as no only where the answer is no anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from desktop.rules.facts import Facts, Party

PARTY_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "government": ("01",),
        "institute": ("021",),
        "university": ("022",),
        "hospital": ("023",),
        "public_institution": ("02",),
        "association": ("030",),
        "enterprise": ("1", "2", "3"),
        "household": ("400",),
        "individual": ("500",),
        "abroad": ("600",),
    }
)
"""Words of the tax rules → first places of the party types of the form."""


def party_is(party: Party, *words: str) -> bool | None:
    """Whether a party is one of these (words of ``PARTY_WORDS``); None while its type is unknown."""
    if party.party_type is None:
        return None
    return any(party.party_type.startswith(PARTY_WORDS[word]) for word in words)


def every(verdicts: Sequence[bool | None]) -> bool | None:
    """No as soon as one is no; unknown when there is none or one is unknown."""
    if False in verdicts:
        return False
    return True if verdicts and None not in verdicts else None


def some(verdicts: Sequence[bool | None]) -> bool | None:
    """Yes as soon as one is yes; no only when all are no."""
    if True in verdicts:
        return True
    return False if verdicts and None not in verdicts else None


def are_related(facts: Facts) -> bool | None:
    """The two sides are related, by what the form says of it or by the share that one holds."""
    if facts.is_related_party is not None:
        return facts.is_related_party
    share = facts.related_share_percent
    return None if share is None else share > 0
