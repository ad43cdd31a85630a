"""Pure questions that the data of the form can answer: facts and a day in, yes, no or unknown out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from desktop.rules.facts import Facts

Predicate = Callable[[Facts, date], bool | None]
"""Facts and the day of judging → yes, no, or None when the data cannot say."""

CONDITIONS: Final = frozenset({"several_kinds"})
"""Names that rows may use in ``when`` and that recognition itself answers, from the course of the test."""

_TECHNOLOGY_NATURES: Final = frozenset({"technology", "carrier"})
_FUNDED_NOT: Final = frozenset({"9", "/"})
_PATENTS: Final = frozenset({"patent_invention", "patent_utility", "patent_design", "defence_patent"})
_CERTIFIED_2001: Final = _PATENTS | {"patent_application", "plant_variety", "ic_layout"}
_UNCERTIFIED_2001: Final = frozenset({"know_how", "software_copyright"})
_NO_IP: Final = "9"
_PATENT_CODES: Final = frozenset({"2", "21", "22", "23"})


def is_written(c: Facts, _on: date) -> bool | None:
    """On paper, or in an electronic form that can be called up again (民法典 第四百六十九条)."""
    return c.is_written


def is_not_oral(c: Facts, _on: date) -> bool | None:
    """No for an oral contract; a written one still has to be looked through for its attachments."""
    return False if c.is_written is False else None


def has_taken_effect(c: Facts, on: date) -> bool | None:
    """By the agreed day of effect, or, where the form names none, by the day of signing."""
    day = c.effective_on or c.signed_on
    return None if day is None else day <= on


def is_within_term(c: Facts, on: date) -> bool | None:
    """The term has not run out; 长期 never does."""
    return None if c.valid_until is None else on <= c.valid_until


def are_parties_identified(c: Facts, _on: date) -> bool | None:
    """Every seller and buyer has a name and the number of a document."""
    if not c.sellers or not c.buyers:
        return None
    return True if all(p.name and p.id_number for p in c.parties) else None


def is_price_clear(c: Facts, _on: date) -> bool | None:
    """A sum, or a royalty whose rate and base are written down; a formula is clear."""
    if c.price_form == "royalty":
        return True if (c.royalty_terms or "").strip() else None
    if c.price_form == "undetermined":
        return None
    return True if c.contract_amount is not None and c.contract_amount > 0 else None


def is_right_applicant(c: Facts, _on: date) -> bool | None:
    """The seller side applies; for an import the domestic buyer; a broker for its own contract."""
    if c.applicant_role is None:
        return None
    if c.cross_border == "import":
        domestic = {p.country for p in c.buyers if p.country}
        return c.applicant_role == "buyer" and (not domestic or "CHN" in domestic)
    if c.applicant_role == "seller":
        foreign = any(p.country not in (None, "CHN") for p in c.parties)
        return None if foreign and c.cross_border is None else True
    if c.applicant_role == "intermediary":
        return True if c.sub_kind == "SVC-3" else None if c.sub_kind is None else False
    return False if c.cross_border is not None or is_all_domestic(c) else None


def is_all_domestic(c: Facts) -> bool:
    """Parties are known and every one of them is of this country."""
    return bool(c.parties) and all(p.country == "CHN" for p in c.parties)


def may_be_foreign_text(c: Facts, _on: date) -> bool | None:
    """A contract between parties of this country alone is taken to be in Chinese."""
    if is_all_domestic(c) and c.cross_border in (None, "none"):
        return False
    foreign = any(p.country not in (None, "CHN") for p in c.parties)
    return True if foreign or c.cross_border in ("import", "export") else None


def needs_effect_proof(c: Facts, _on: date) -> bool | None:
    """Effect may depend on approval or registration: rights that are assigned, technology over the border."""
    rights = {r.object for r in c.ip_rights}
    if c.cross_border in ("import", "export") and c.export_control != "free":
        return True
    if c.sub_kind in ("TRF-1", "TRF-2"):
        return True
    if c.right_scope == "ownership" and rights & (_PATENTS | {"patent_application"}):
        return True
    border = c.cross_border == "none" or c.export_control == "free" or is_all_domestic(c)
    return False if border and c.kind is not None else None


def is_government_funded(c: Facts, _on: date) -> bool | None:
    """A plan of a public body stands behind the project, or public money formed it."""
    if c.is_public_funded or (c.plan_source and c.plan_source not in _FUNDED_NOT):
        return True
    return False if c.plan_source in _FUNDED_NOT else None


def has_secrets(c: Facts, _on: date) -> bool | None:
    """A confidentiality clause, or a secret of the state."""
    if c.is_secret or c.has_confidentiality:
        return True
    return False if c.is_secret is False and c.has_confidentiality is False else None


def is_any_field_allowed(_c: Facts, _on: date) -> bool | None:
    """Any industry, trade or field may be the subject: always yes."""
    return True


def has_carrier(c: Facts, _on: date) -> bool | None:
    """The price list names a carrier (样机、光盘、图纸 …)."""
    if any(line.nature == "carrier" for line in c.amount_lines):
        return True
    return False if c.amount_lines and all(line.nature for line in c.amount_lines) else None


def is_mixed(c: Facts, _on: date) -> bool | None:
    """The price contains what is not technology."""
    if any(line.nature not in (None, *_TECHNOLOGY_NATURES) for line in c.amount_lines):
        return True
    if c.contract_amount is not None and c.technology_amount is not None:
        return c.technology_amount < c.contract_amount
    return False if c.amount_lines and all(line.nature for line in c.amount_lines) else None


def is_technology_amount_listed(c: Facts, _on: date) -> bool | None:
    """The technical part has its own sum and the lines of the price meet the total."""
    if c.contract_amount is None or c.technology_amount is None or not c.amount_lines:
        return None
    if any(line.amount is None or line.nature is None for line in c.amount_lines):
        return None
    total = sum(line.amount for line in c.amount_lines if line.amount is not None)
    return True if total == c.contract_amount and 0 < c.technology_amount <= total else None


def may_contain_training(c: Facts, _on: date) -> bool | None:
    """A sum for service or training inside the contract; no such sum, no such part."""
    if c.service_inside_amount is not None:
        return c.service_inside_amount > 0
    if c.sub_kind == "SVC-2":
        return False
    return None


def has_intermediary(c: Facts, _on: date) -> bool | None:
    """An intermediary, its fee or its institution stands on the form."""
    if c.sub_kind == "SVC-3":
        return False
    named = any(p.role == "intermediary" for p in c.parties) or bool(c.transfer_institution or c.broker)
    return named or (c.intermediary_fee is not None and c.intermediary_fee > 0)


def has_existing_result(c: Facts, _on: date) -> bool | None:
    """A right with number or owner is listed and the contract claims to transfer or license it.

    No where the form says 未涉及知识产权 and nothing on it says otherwise.
    """
    if is_no_right_moved(c, _on):
        return False
    claimed = c.kind in ("TRF", "LIC") or c.right_scope is not None
    listed = any(r.number or (r.owner and r.object == "know_how") for r in c.ip_rights)
    return True if claimed and listed else None


def is_no_right_moved(c: Facts, _on: date) -> bool | None:
    """The form says 未涉及知识产权 outright, lists no right and no scope of one."""
    return True if c.ip_kind == _NO_IP and not c.ip_rights and c.right_scope is None else None


def does_title_pass(c: Facts, _on: date) -> bool | None:
    """Ownership moves: assignment. Only a right of use moves: licence."""
    return None if c.right_scope is None else c.right_scope == "ownership"


def involves_patent(c: Facts, _on: date) -> bool | None:
    """A granted patent is among the rights."""
    if any(r.object in _PATENTS for r in c.ip_rights) or c.ip_kind in _PATENT_CODES:
        return True
    if c.ip_rights and all(r.object for r in c.ip_rights):
        return False
    return None if c.ip_kind is None else False


def involves_know_how(c: Facts, _on: date) -> bool | None:
    """A technical secret is among the rights."""
    if any(r.object == "know_how" for r in c.ip_rights) or c.ip_kind == "1":
        return True
    if c.ip_rights and all(r.object for r in c.ip_rights):
        return False
    return None if c.ip_kind is None else False


def involves_certified_right(c: Facts, _on: date) -> bool | None:
    """A right that comes with a certificate is among them; a technical secret has none."""
    if any(r.object and r.object != "know_how" for r in c.ip_rights):
        return True
    if c.ip_rights and all(r.object == "know_how" for r in c.ip_rights):
        return False
    return False if not c.ip_rights and c.ip_kind in ("1", "9") else None


def is_proof_attached_2001(c: Facts, _on: date) -> bool | None:
    """Certificate of every patent, application, variety and layout; for software it is only suggested."""
    known = _CERTIFIED_2001 | _UNCERTIFIED_2001
    if any(r.object not in known for r in c.ip_rights):
        return None
    return _proof([r.has_proof for r in c.ip_rights if r.object in _CERTIFIED_2001], c)


def is_proof_attached_2026(c: Facts, _on: date) -> bool | None:
    """Certificate of every right that has one."""
    return _proof([r.has_proof for r in c.ip_rights if r.object != "know_how"], c)


def _proof(marks: list[bool | None], c: Facts) -> bool | None:
    if any(mark is False for mark in marks):
        return False
    if any(r.object is None for r in c.ip_rights) or not c.ip_rights:
        return None
    return True if all(marks) else None


def is_patent_described(c: Facts, _on: date) -> bool | None:
    """Number, name, owner and end of every patent are written down; a patent without a number is not."""
    patents = [r for r in c.ip_rights if r.object in _PATENTS]
    if not patents:
        return None
    if any(not r.number for r in patents):
        return False
    return True if all(r.name and r.owner and r.valid_until for r in patents) else None


def is_patent_alive(c: Facts, on: date) -> bool | None:
    """No if every patent has ended; yes if all outlive day and licence period; between the two, ask.

    One dead among live ones takes only its own part out, which a person must see to (R-TRF-07).
    """
    patents = [r for r in c.ip_rights if r.object in _PATENTS]
    ends = [r.valid_until for r in patents if r.valid_until is not None]
    if not patents or len(ends) < len(patents):
        return None
    if all(end < on for end in ends):
        return False
    needed = c.licence_until if c.licence_until is not None else on
    if c.right_scope not in (None, "ownership") and c.licence_until is None:
        return None
    return True if all(end >= needed for end in ends) else None


def crosses_border(c: Facts, _on: date) -> bool | None:
    """Technology import or export."""
    if c.cross_border in ("import", "export"):
        return True
    return False if c.cross_border == "none" or is_all_domestic(c) else None


def has_commerce_certificate(c: Facts, _on: date) -> bool | None:
    """The number of the commerce department's certificate stands on the form."""
    return True if (c.commerce_number or "").strip() else None


def is_paid_in_shares(c: Facts, _on: date) -> bool | None:
    """The technology is valued and contributed as capital (技术入股)."""
    if c.price_form is None:
        return True if c.sub_kind == "TRF-8" else None
    return c.price_form == "shares"


def is_licence_mode_stated(c: Facts, _on: date) -> bool | None:
    """独占, 排他 or 普通."""
    return None if c.right_scope is None else c.right_scope != "ownership"


def are_amounts_stated(c: Facts, _on: date) -> bool | None:
    """Total and technical amount both stand on the form."""
    return True if c.contract_amount is not None and c.technology_amount is not None else None


def are_amounts_in_bounds(c: Facts, _on: date) -> bool | None:
    """0 ≤ 技术交易额 ≤ 合同成交额, and what was fixed as income does not exceed the 技术交易额."""
    total, part = c.contract_amount, c.technology_amount
    if total is None or part is None:
        return None
    received = sum(i.amount for i in c.incomes if i.amount is not None)
    return 0 <= part <= total and received <= part


def is_amount_fixed(c: Facts, _on: date) -> bool | None:
    """The price is no longer open (提成、待确定)."""
    if c.price_form in ("royalty", "undetermined"):
        return False
    return True if c.contract_amount is not None else None


def is_technology_amount_known(c: Facts, _on: date) -> bool | None:
    """There is a 技术交易额 for reliefs and rewards to be computed on."""
    return c.technology_amount is not None


PREDICATES: Final[Mapping[str, Predicate]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            is_written, is_not_oral, has_taken_effect, is_within_term, are_parties_identified, is_price_clear,
            is_right_applicant, may_be_foreign_text, needs_effect_proof, is_government_funded, has_secrets,
            is_any_field_allowed, has_carrier, is_mixed, is_technology_amount_listed, may_contain_training,
            has_intermediary, has_existing_result, is_no_right_moved, does_title_pass, involves_patent,
            involves_know_how,
            involves_certified_right, is_proof_attached_2001, is_proof_attached_2026, is_patent_described,
            is_patent_alive, crosses_border, has_commerce_certificate, is_paid_in_shares,
            is_licence_mode_stated, are_amounts_stated, are_amounts_in_bounds, is_amount_fixed,
            is_technology_amount_known,
        )
    }
)  # fmt: skip
"""Name in ``asks`` and ``when`` → question."""
