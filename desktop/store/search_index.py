"""Finding contracts by any two characters: bigrams made at write time, filters as tokens of the same row.

SQLite keeps them in one contentless FTS5 table, PostgreSQL in a table of grams; the tokens are the same.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

from desktop.models import Contract, ContractParty, Fen
from desktop.models.search import SearchGram
from desktop.store.unit_of_work import AT_ONCE

_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3007"
_PIECES = re.compile(rf"[{_HAN}]+|[0-9a-z]+")
_NOT_A_TOKEN = re.compile(r"[^0-9a-z" + _HAN + "]")


def grams(words: str) -> list[str]:
    """Bigrams of every run of Chinese characters; whole runs of digits and Latin letters, in lower case."""
    found: list[str] = []
    for piece in _PIECES.findall(words.lower()):
        if "0" <= piece[0] <= "z" or len(piece) == 1:
            found.append(piece)
        else:
            found += [piece[i : i + 2] for i in range(len(piece) - 1)]
    return found


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """Pinyin initials of a name as clerks type them (单 as a surname is shan, 重庆 is cq)."""
    from pypinyin.seg.simpleseg import seg

    surname = _SURNAMES.get(name[:1]) if 1 < len(name) <= 4 else None
    letters = "".join([_letters(word) for word in seg(name)])
    return surname + letters[1:] if surname and letters else letters


@lru_cache(maxsize=20_000)
def _letters(word: str) -> str:
    """Of one word of pypinyin's: names share their words, and its styles cost far more than its cutting."""
    from pypinyin import Style, pinyin

    return "".join(
        letter
        for item in pinyin([word], style=Style.FIRST_LETTER)
        for letter in item[0].lower()
        if letter.isascii() and letter.isalnum()
    )


INITIALS = "π"
"""Begins the tokens of initials: no text makes such a token, so “pump” finds no name with “ump” in it."""


def initial_tokens(name: str) -> list[str]:
    """The initials from every place of the name on: letters that follow one another there begin one of them.

    One prefix is the exact answer; pairs of letters would have to be checked against the names.
    """
    short = initials(name)
    return [INITIALS + short[i:] for i in range(len(short) - 1)]


_SURNAMES = {
    "单": "s",
    "仇": "q",
    "曾": "z",
    "解": "x",
    "查": "z",
    "任": "r",
    "朴": "p",
    "区": "o",
    "盖": "g",
    "尉": "y",
}


def tokens_of(contract: Any, parties: Iterable[Any] | None = None) -> list[str]:
    """Everything a clerk may look for in this contract, and the filters, as tokens.

    ``contract``: the mapped row, or one of the columns of ``_SEARCHED``. ``parties``: rows with name,
    id_number and contact, where they were read already.
    """
    found: list[str] = []
    if not contract.is_secret:
        found += grams(contract.title or "")
    for party in contract.parties if parties is None else parties:
        name = party.name or ""
        found += grams(name)
        found += initial_tokens(name)
        if party.id_number:
            found += [party.id_number.lower(), f"t{party.id_number[-6:].lower()}"]
        if party.contact:
            found += grams(party.contact)
    for number in (contract.official_number, contract.local_serial):
        if number:
            plain = _NOT_A_TOKEN.sub("", number.lower())
            found += [plain, plain[-4:], *grams(number)]
    found += filter_tokens(
        {
            "state": [contract.state],
            "kind": [contract.kind or "none"],
            "reporting": [contract.reporting_state],
            "year": [str(contract.registered_on.year)] if contract.registered_on else [],
            "month": [contract.registered_on.strftime("%Y%m")] if contract.registered_on else [],
        }
    )
    return list(dict.fromkeys(found))


def filter_tokens(filters: Mapping[str, Sequence[str]]) -> list[str]:
    """Filters as tokens no text can produce (``zstate…``)."""
    return [
        f"z{name}{_NOT_A_TOKEN.sub('', value.lower())}"
        for name, values in filters.items()
        for value in values
    ]


_FORGET = text("DELETE FROM contract_search WHERE rowid = :id")
_KEEP = text("INSERT INTO contract_search (rowid, t) VALUES (:id, :t)")
_FORGET_GRAMS = delete(SearchGram).where(SearchGram.contract_id == bindparam("one"))


def index_contract(session: Session, contract: Contract) -> None:
    """Bring the index in step with one contract, in the same transaction."""
    words = tokens_of(contract) if contract.deleted_at is None else []
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(_FORGET, {"id": contract.id})
        if words:
            connection.execute(_KEEP, {"id": contract.id, "t": " ".join(words)})
        return
    connection.execute(_FORGET_GRAMS, {"one": contract.id})
    if words:
        connection.execute(insert(SearchGram), [{"gram": w[:80], "contract_id": contract.id} for w in words])


def index_again(session: Session, contracts: Sequence[Contract]) -> None:
    """``index_contract`` for many: their parties are read, and their rows written, many at a time."""
    session.flush()
    connection, ids = session.connection(), [contract.id for contract in contracts]
    parties: dict[int, list[Any]] = {key: [] for key in ids}
    for start in range(0, len(ids), AT_ONCE):
        for party in connection.execute(_PARTIES, {"contracts": ids[start : start + AT_ONCE]}):
            parties[party.contract_id].append(party)
    made = [(c.id, tokens_of(c, parties[c.id])) for c in contracts if c.deleted_at is None]
    if not ids:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(_FORGET, [{"id": key} for key in ids])
        if made:
            connection.execute(_KEEP, [{"id": key, "t": " ".join(words)} for key, words in made])
        return
    connection.execute(_FORGET_GRAMS, [{"one": key} for key in ids])
    rows = [{"gram": w[:80], "contract_id": key} for key, words in made for w in words]
    if rows:
        connection.execute(insert(SearchGram), rows)


_PARTIES = (
    select(ContractParty.contract_id, ContractParty.name, ContractParty.id_number, ContractParty.contact)
    .where(ContractParty.contract_id.in_(bindparam("contracts", expanding=True)))
    .order_by(ContractParty.contract_id, ContractParty.ordinal)
)


def index_new(session: Session, contracts: Sequence[Contract]) -> None:
    """Put contracts into the index that have never been in it, in one statement."""
    made = [(contract.id, tokens_of(contract)) for contract in contracts]
    if not made:
        return
    if session.get_bind().dialect.name == "sqlite":
        session.execute(_KEEP, [{"id": key, "t": " ".join(words)} for key, words in made])
        return
    rows = [{"gram": w[:80], "contract_id": key} for key, words in made for w in words]
    if rows:
        session.execute(insert(SearchGram), rows)


def index_all_again(connection: Connection) -> None:
    """Make the whole index anew, after a change of the tokens (a migration does it).

    Only columns that every version of the schema has are read.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(_FORGET_ALL if is_sqlite else delete(SearchGram))
    last = 0
    while contracts := connection.execute(_SEARCHED, {"after": last, "many": REBUILT_AT_ONCE}).all():
        first, last = contracts[0].id, contracts[-1].id
        parties: dict[int, list[Any]] = {}
        for party in connection.execute(_PARTIES_BETWEEN, {"first": first, "last": last}):
            parties.setdefault(party.contract_id, []).append(party)
        made = [(c.id, tokens_of(c, parties.get(c.id, []))) for c in contracts if c.deleted_at is None]
        if made and is_sqlite:
            connection.execute(_KEEP, [{"id": key, "t": " ".join(words)} for key, words in made])
        elif made:
            rows = [{"gram": w[:80], "contract_id": key} for key, words in made for w in words]
            connection.execute(insert(SearchGram), rows)


REBUILT_AT_ONCE = 5_000
_FORGET_ALL = text("INSERT INTO contract_search (contract_search) VALUES ('delete-all')")
_SEARCHED = (
    select(
        Contract.id,
        Contract.deleted_at,
        Contract.is_secret,
        Contract.title,
        Contract.official_number,
        Contract.local_serial,
        Contract.state,
        Contract.kind,
        Contract.reporting_state,
        Contract.registered_on,
    )
    .where(Contract.id > bindparam("after"))
    .order_by(Contract.id)
    .limit(bindparam("many"))
)
_PARTIES_BETWEEN = (
    select(ContractParty.contract_id, ContractParty.name, ContractParty.id_number, ContractParty.contact)
    .where(ContractParty.contract_id.between(bindparam("first"), bindparam("last")))
    .order_by(ContractParty.contract_id, ContractParty.ordinal)
)


def parse_query(words: str) -> list[list[str]]:
    """Groups of alternatives, all groups needed; an alternative ending in ``*`` is a prefix."""
    squeezed = words.replace(" ", "")
    if squeezed.isdigit() and len(squeezed) >= 8:
        return [[squeezed + "*"]]
    groups: list[list[str]] = []
    for piece in _PIECES.findall(words.lower()):
        if not "0" <= piece[0] <= "z":
            parts = [piece] if len(piece) == 1 else [piece[i : i + 2] for i in range(len(piece) - 1)]
            groups += [[part if len(part) > 1 else part + "*"] for part in parts]
        elif piece.isalpha() and len(piece) > 1:
            groups.append([piece + "*", f"{INITIALS}{piece}*"])
        else:
            groups.append([piece + "*", f"t{piece}"])
    return groups


def find_ids(session: Session, words: str, filters: Mapping[str, Sequence[str]] | None = None) -> array[int]:
    """Ids of all contracts that match the words and the filters, newest first.

    ``filters``: ``state``, ``kind``, ``reporting``, ``year``, ``month`` → values, one of which must hold.
    """
    groups = parse_query(words)
    groups += [filter_tokens({name: values}) for name, values in (filters or {}).items() if values]
    return _ids_of(session, groups) if groups else _all_ids(session)


def _all_ids(session: Session) -> array[int]:
    if session.get_bind().dialect.name == "sqlite":
        return _newest_first(session, _ALL, {})
    ids = session.scalars(
        select(Contract.id).where(Contract.deleted_at.is_(None)).order_by(Contract.id.desc())
    )
    return array("q", ids)


def _ids_of(session: Session, groups: Sequence[Sequence[str]]) -> array[int]:
    """Ids of contracts whose tokens meet every group, newest first."""
    if session.get_bind().dialect.name == "sqlite":
        match = " AND ".join(_fts_group(group) for group in groups)
        return _newest_first(session, _MATCHING, {"m": match})
    wanted: set[int] | None = None
    for group in groups:
        hits: set[int] = set()
        for alternative in group:
            hits |= _postgres_hits(session, alternative)
        wanted = hits if wanted is None else wanted & hits
        if not wanted:
            break
    return array("q", sorted(wanted or (), reverse=True))


_ALL = text(  # the index named is in the order of the ids, which sorting them then costs next to nothing
    "SELECT group_concat(id) FROM contract INDEXED BY ix_contract_sums WHERE deleted_at IS NULL"
)
_MATCHING = text("SELECT group_concat(rowid) FROM contract_search WHERE contract_search MATCH :m")


def _newest_first(session: Session, query: TextClause, values: Mapping[str, str]) -> array[int]:
    """All ids as one text: fetching them as rows took eight times as long (8,333 hits: 22 ms, so 3)."""
    return ids_from(session.connection().execute(query, values).scalar() or "")


AT_A_TURN = 20_000
"""Ids made of text, or text of them, in one step of the interpreter: the window's thread waits for its end,
and a million at once were 150 ms in which no letter typed was drawn."""


def ids_from(text: str) -> array[int]:
    """The ids of ``3,1,2``, the newest (highest) first."""
    found, start, is_rising = array("q"), 0, True
    while start < len(text):
        end = text.find(",", start + 8 * AT_A_TURN)
        end = len(text) if end < 0 else end
        part = json.loads(f"[{text[start:end]}]")
        is_rising = is_rising and part == sorted(part) and not (found and found[-1] > part[0])
        found.extend(part)
        start = end + 1
    if is_rising:  # as nearly always: the databases' indexes are in this order
        found.reverse()
        return found
    return array("q", sorted(found, reverse=True))


def ids_as_json(ids: Sequence[int]) -> str:
    """``[3,1,2]``, for SQLite's ``json_each``."""
    steps = range(0, len(ids), AT_A_TURN)
    return f"[{','.join(json.dumps(list(ids[at : at + AT_A_TURN]))[1:-1] for at in steps)}]"


def sums_of_found(session: Session, ids: Sequence[int]) -> tuple[Decimal, Decimal]:
    """Sums of contract and technology amounts over these ids, in one statement however many they are."""
    if session.get_bind().dialect.name == "sqlite":
        total, technology = session.execute(_SUMS, {"ids": ids_as_json(ids)}).one()
    else:
        query = select(func.sum(Contract.contract_amount), func.sum(Contract.technology_amount))
        wanted = text("SELECT unnest(CAST(:ids AS bigint[]))").bindparams(ids=list(ids))
        query = query.where(Contract.id.in_(wanted.columns(Contract.id)), Contract.deleted_at.is_(None))
        total, technology = session.execute(query).one()
    return total or Decimal(0), technology or Decimal(0)


_SUMS = text(  # named, or SQLite reads whole rows by their ids instead: twice the time
    "SELECT sum(contract_amount) AS total, sum(technology_amount) AS technology"
    " FROM contract INDEXED BY ix_contract_sums"
    " WHERE id IN (SELECT value FROM json_each(:ids)) AND deleted_at IS NULL"
).columns(total=Fen, technology=Fen)


def _fts_group(group: Iterable[str]) -> str:
    return "(" + " OR ".join(f'"{t[:-1]}"*' if t.endswith("*") else f'"{t}"' for t in group) + ")"


def _postgres_hits(session: Session, token: str) -> set[int]:
    column = SearchGram.gram
    condition = column.like(token[:-1] + "%") if token.endswith("*") else column == token
    return set(session.scalars(select(SearchGram.contract_id).where(condition)))
