"""QR codes as rows of bits, quickly: level M, mask 3, the 45 signs of the alphanumeric mode.

Drawing 1,000 certificates spent most of its time in the QR writer (3.3 ms a code of version 10, 0.2 ms here).
The fixed patterns of a version are taken from segno once; only data and error correction (ISO/IEC 18004,
7.4 to 7.7) are made here, and a test compares whole codes with segno's. Other text goes to segno.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

QUIET = 4
"""Modules of white on each side."""

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {sign: value for value, sign in enumerate(_SIGNS)}
_MASK = 3


@lru_cache(maxsize=16)
def qr_bits(payload: str) -> tuple[int, bytes]:
    """Modules on a side with the quiet zone, and the rows as bits (1 = dark), each row in whole bytes."""
    if payload and all(sign in _VALUE for sign in payload) and (version := _version_for(len(payload))):
        plan = _plan(version)
        message = _with_correction(plan, _data(payload, plan))
        signs = "".join(plan.pick(message + message.translate(_INVERT) + "01"))
        return plan.side, int(signs, 2).to_bytes(len(signs) // 8, "big")
    return _by_segno(payload)


_INVERT = str.maketrans("01", "10")


def _by_segno(payload: str) -> tuple[int, bytes]:
    import segno

    code = segno.make(payload, error="m", boost_error=False, mask=_MASK, micro=False)
    rows = [bytes(row) for row in code.matrix]
    side = len(rows) + 2 * QUIET
    width = -(-side // 8)
    blank = bytes(width * QUIET)
    lines = [
        (int("".join(map(str, row)), 2) << (width * 8 - side + QUIET)).to_bytes(width, "big") for row in rows
    ]
    return side, b"".join([blank, *lines, blank])


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all codes of one version share."""

    version: int
    side: int
    data_length: int
    """Data codewords."""
    blocks: tuple[int, ...]
    """Data codewords of each block."""
    correction: int
    """Error correction codewords of a block."""
    step: tuple[int, ...]
    """Remainder added by each value that leaves the shift register of the correction."""
    pick: Callable[[str], tuple[str, ...]]
    """Takes every module, quiet zone and row padding included, out of message + inverted message + "01"."""


@cache
def _version_for(length: int) -> int:
    """Smallest version that holds so many signs at level M; 0 if none does."""
    for version in range(1, 41):
        bits = 4 + _count_bits(version) + length // 2 * 11 + length % 2 * 6
        if bits <= 8 * sum(data for _total, data in _block_sizes(version)):
            return version
    return 0


def _count_bits(version: int) -> int:
    return 9 if version < 10 else 11 if version < 27 else 13


def _block_sizes(version: int) -> list[tuple[int, int]]:
    """(all codewords, data codewords) of each block at level M."""
    from segno import consts

    table: Any = consts.ECC
    groups = table[version][consts.ERROR_LEVEL_M]
    return [(group.num_total, group.num_data) for group in groups for _ in range(group.num_blocks)]


@cache
def _plan(version: int) -> _Plan:
    import segno

    sizes = _block_sizes(version)
    correction = sizes[0][0] - sizes[0][1]
    code = segno.make("0", version=version, error="m", boost_error=False, mask=_MASK, mode="alphanumeric")
    fixed = [bytes(row) for row in code.matrix]
    size = len(fixed)
    total = 8 * sum(whole for whole, _data_part in sizes)
    order = {place: number for number, place in enumerate(_data_places(version, size))}

    def index(row: int, column: int) -> int:
        if not (0 <= row < size and 0 <= column < size):
            return 2 * total
        if (number := order.get((row, column))) is None:
            return 2 * total + fixed[row][column]
        is_inverted = (row + column) % 3 == 0  # mask 3
        if number >= total:  # remainder bits are zero
            return 2 * total + is_inverted
        return number + total * is_inverted

    side = size + 2 * QUIET
    width = -(-side // 8) * 8
    places = [index(row - QUIET, column - QUIET) for row in range(side) for column in range(width)]
    blocks = tuple(data for _whole, data in sizes)
    return _Plan(version, side, sum(blocks), blocks, correction, _steps(correction), itemgetter(*places))


def _data_places(version: int, size: int) -> Iterator[tuple[int, int]]:
    """The modules of data in the order in which they are filled: two columns at a time, up and down."""
    taken = _fixed_places(version, size)
    upward = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        rows = range(size - 1, -1, -1) if upward else range(size)
        yield from (
            (row, column) for row in rows for column in (right, right - 1) if (row, column) not in taken
        )
        upward = not upward


def _fixed_places(version: int, size: int) -> set[tuple[int, int]]:
    """Finders with format, timing, alignment and version patterns."""
    from segno import consts

    taken = {(row, column) for row in range(9) for column in range(9)}
    taken |= {(row, column) for row in range(size - 8, size) for column in range(9)}
    taken |= {(row, column) for row in range(9) for column in range(size - 8, size)}
    taken |= {(6, place) for place in range(size)} | {(place, 6) for place in range(size)}
    centres: Sequence[int] = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    last = size - 7
    for row in centres:
        for column in centres:
            if (row, column) not in ((6, 6), (6, last), (last, 6)):
                taken |= {(row + down, column + across) for down in range(-2, 3) for across in range(-2, 3)}
    if version > 6:
        taken |= {(row, column) for row in range(6) for column in range(size - 11, size - 8)}
        taken |= {(row, column) for row in range(size - 11, size - 8) for column in range(6)}
    return taken


def _data(payload: str, plan: _Plan) -> bytes:
    """Mode, count, pairs of signs, end, padding."""
    bits = ["0010", f"{len(payload):0{_count_bits(plan.version)}b}"]
    values = [_VALUE[sign] for sign in payload]
    bits += [f"{first * 45 + second:011b}" for first, second in zip(values[::2], values[1::2], strict=False)]
    if len(values) % 2:
        bits.append(f"{values[-1]:06b}")
    text = "".join(bits)
    text += "0" * min(4, plan.data_length * 8 - len(text))
    text += "0" * (-len(text) % 8)
    raw = int(text, 2).to_bytes(len(text) // 8, "big")
    return (raw + b"\xec\x11" * plan.data_length)[: plan.data_length]


def _with_correction(plan: _Plan, data: bytes) -> str:
    """Blocks with their error correction, interleaved, as a string of bits."""
    parts, ends, start = [], [], 0
    for length in plan.blocks:
        part = data[start : start + length]
        parts.append(part)
        ends.append(_correction(part, plan))
        start += length
    mixed = bytearray()
    for place in range(max(plan.blocks)):
        mixed += bytes(part[place] for part in parts if place < len(part))
    for place in range(plan.correction):
        mixed += bytes(end[place] for end in ends)
    return f"{int.from_bytes(mixed, 'big'):0{len(mixed) * 8}b}"


def _correction(part: bytes, plan: _Plan) -> bytes:
    shift = 8 * (plan.correction - 1)
    keep = (1 << shift) - 1
    step, rest = plan.step, 0
    for value in part:
        rest = ((rest & keep) << 8) ^ step[(rest >> shift) ^ value]
    return rest.to_bytes(plan.correction, "big")


@cache
def _steps(count: int) -> tuple[int, ...]:
    """For each leading value, value times the generator polynomial of ``count`` roots over GF(256)."""
    powers = [1]
    while len(powers) < 255:
        double = powers[-1] << 1
        powers.append(double ^ 0x11D if double > 255 else double)
    logs = {value: place for place, value in enumerate(powers)}

    def times(one: int, other: int) -> int:
        return powers[(logs[one] + logs[other]) % 255] if one and other else 0

    generator = [1]
    for root in range(count):
        shifted = [*generator, 0]
        scaled = [0, *(times(part, powers[root]) for part in generator)]
        generator = [one ^ other for one, other in zip(shifted, scaled, strict=True)]
    return tuple(
        int.from_bytes(bytes(times(value, part) for part in generator[1:]), "big") for value in range(256)
    )
