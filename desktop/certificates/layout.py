"""Layouts of papers as data: boxes in millimetres, rows and wording from ``resources/certificates``.

A local pack (地方包) may replace any single key of a paper without code; what it may not do is invent
keys, let boxes meet, put anything but name and date into the zone of a seal, or make the code too small
to be read.

Box notation: ``x,y,w,h ROLEpt A rule`` — mm from the top left corner; role TITLE BODY HEAD KAI NUM CODE;
A is L C R J; rule ``1`` one line, ``n3`` up to three lines, ``-`` kept free or not text. Row notation:
``field|field? 10-18 >ann`` — least and largest height in mm; ``?`` left out when empty; ``>ann`` what
does not fit goes to the annex.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any

from desktop.certificates.fonts import CODE, HEI, HEI_BOLD, SONG, SONG_BOLD
from desktop.certificates.wording import han_number
from desktop.errors import RefusedError
from desktop.resources import _, resource

FACES = {"TITLE": SONG_BOLD, "BODY": SONG, "HEAD": HEI_BOLD, "KAI": SONG, "NUM": HEI, "CODE": CODE}
"""Which font stands for a role of the official form; 小标宋, 仿宋 and 楷体 are not free."""

OPEN_KEYS = ("party_words",)
"""Tables to which a pack may add keys of its own."""

_BOX = re.compile(
    r"(-?[\d.]+),(-?[\d.]+),([\d.]+),([\d.]+)(?:\s+([A-Z]+)([\d.]+)\s+([LCRJ])\s+(1|n\d+)|\s+-)"
)
_ROW = re.compile(r"([a-z_]+\??(?:\|[a-z_]+\??)*)\s+([\d.]+)(?:-([\d.]+))?(\s+>ann)?")


class LayoutError(RefusedError):
    """A layout file or a local pack is not usable; names file and key. Nothing was printed."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the sheet, mm from the top left corner, and how text stands in it."""

    x: float
    y: float
    w: float
    h: float
    role: str = ""
    size: float = 0.0
    align: str = "L"
    max_lines: int = 0
    """0: not a box for text."""

    @property
    def face(self) -> str:
        """Name of the font of its role."""
        return FACES[self.role]

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.x + other.w - 1e-6
            and other.x < self.x + self.w - 1e-6
            and self.y < other.y + other.h - 1e-6
            and other.y < self.y + self.h - 1e-6
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a certificate's table; two fields stand side by side."""

    fields: tuple[str, ...]
    least: float
    largest: float
    may_go_to_annex: bool
    optional: frozenset[str]
    """Fields that are left out when empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: heading, width in mm, alignment."""

    name: str
    width: float
    align: str = "L"
    role: str = "BODY"


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that will be set by hand: its zone on the sheet, its name, its diameter in mm. Never drawn."""

    zone: str
    name: str
    mm: float
    owner: str = "station"
    """``station``, or the name of the other organ, which is printed under its seal."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One paper, ready to be filled. From ``load_layout``."""

    paper: str
    page_class: str
    width: float
    height: float
    title: str
    copies: tuple[str, ...]
    boxes: Mapping[str, Box]
    rows: tuple[Row, ...]
    tables: Mapping[str, tuple[Column, ...]]
    labels: Mapping[str, str]
    text: Mapping[str, str]
    party_words: Mapping[str, tuple[str, str]]
    seals: tuple[Seal, ...]
    unit: str
    needs: tuple[str, ...]
    switches: Mapping[str, bool]
    numbers: Mapping[str, float]
    """Sizes and distances that are not boxes: label width, frame, roominess, floors."""

    def words(self, name: str) -> str:
        """A sentence of this paper, e.g. ``words("note")``."""
        return self.text[name]

    def copy_line(self, which: int) -> str:
        """第二联 交卖方（共3联）."""
        return f"第{han_number(which)}联　{self.copies[which - 1]}（共{len(self.copies)}联）"


def load_layout(paper: str, overrides: Mapping[str, Any] | None = None) -> Layout:
    """The layout of a paper (``P06``), with single keys replaced by a local pack.

    ``overrides`` has the shape of the file: ``{"title": "…", "label": {"technology_amount": "…"}}``.
    Raises LayoutError naming the file or the pack, and the key.
    """
    values = _merged(_file_values(paper), overrides or {}, _("地方包"), paper)
    if len(values["seals"]) > 1:
        boxes = {**values["box"], **values.get("with_two_seals", {}).get("box", {})}
        values = {**values, "box": {name: text for name, text in boxes.items() if text}}
    return _Reader(paper, values).layout()


def paper_ids() -> list[str]:
    """Every paper that has a layout file."""
    return sorted(path.stem for path in resource("certificates").glob("P*.toml"))


@cache
def _toml(name: str) -> dict[str, Any]:
    path = resource("certificates", name)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise LayoutError(
            _("版式文件 {name} 读不出来").format(name=name), _("文件被改动过，请重新安装本程序")
        ) from exc


def _file_values(paper: str) -> dict[str, Any]:
    own = _toml(f"{paper}.toml")
    shared = _toml("classes.toml")
    if own.get("class") not in shared:
        raise LayoutError(_("版式文件 {name} 的 class 不对").format(name=f"{paper}.toml"))
    base: dict[str, Any] = {
        "copies": [],
        "rows": [],
        "table": {},
        "label": {},
        "text": {},
        "party_words": {},
        "seals": [],
        "unit": "yuan",
        "needs": [],
        "switch": {},
        "number": {},
        **shared[own["class"]],
    }
    for key, value in own.items():
        base[key] = {**base.get(key, {}), **value} if isinstance(value, dict) else value
    return base


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any], origin: str, where: str) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        name = f"{where}.{key}"
        if key not in base and where.rpartition(".")[2] not in OPEN_KEYS:
            raise LayoutError(
                _("{origin}：没有“{name}”这一项").format(origin=origin, name=name),
                _("请核对项名；可以改的项见版式文件"),
            )
        if isinstance(base.get(key), dict):
            if not isinstance(value, Mapping):
                raise LayoutError(
                    _("{origin}：“{name}”应是一组项，不是单个值").format(origin=origin, name=name)
                )
            merged[key] = _merged(base[key], value, origin, name)
        elif key in base and not _same_shape(base[key], value):
            raise LayoutError(_("{origin}：“{name}”的值类型不对").format(origin=origin, name=name))
        else:
            merged[key] = value
    return merged


def _same_shape(old: object, new: object) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, int | float):
        return isinstance(new, int | float)
    return isinstance(new, type(old))


class _Reader:
    """Turns the merged values of one paper into a checked Layout."""

    def __init__(self, paper: str, values: dict[str, Any]) -> None:
        self.paper, self.values = paper, values

    def fail(self, key: str, reason: str) -> LayoutError:
        return LayoutError(
            _("版式 {file} 的“{key}”：{reason}").format(file=f"{self.paper}.toml", key=key, reason=reason),
            _("请改正版式文件或地方包中的这一项，再打印"),
        )

    def layout(self) -> Layout:
        values = self.values
        width, height = values["page"]
        boxes = {name: self.box(name, text) for name, text in values["box"].items()}
        layout = Layout(
            paper=self.paper,
            page_class=values["class"],
            width=width,
            height=height,
            title=values["title"],
            copies=tuple(values["copies"]),
            boxes=boxes,
            rows=tuple(self.row(text) for text in values["rows"]),
            tables={name: tuple(self.columns(name, rows)) for name, rows in values["table"].items()},
            labels=values["label"],
            text=values["text"],
            party_words={code: (pair[0], pair[1]) for code, pair in values["party_words"].items()},
            seals=tuple(self.seals()),
            unit=values["unit"],
            needs=tuple(values["needs"]),
            switches=values["switch"],
            numbers=values["number"],
        )
        self.check(layout)
        return layout

    def box(self, name: str, text: str) -> Box:
        if not (match := _BOX.fullmatch(text.strip())):
            raise self.fail(f"box.{name}", _("写法应如 25,26,160,13 TITLE24 C 1"))
        x, y, w, h = (float(match[place]) for place in range(1, 5))
        if match[5] is None:
            return Box(x, y, w, h)
        if match[5] not in FACES:
            raise self.fail(f"box.{name}", _("没有“{role}”这种字体角色").format(role=match[5]))
        lines = 1 if match[8] == "1" else int(match[8][1:])
        return Box(x, y, w, h, match[5], float(match[6]), match[7], lines)

    def row(self, text: str) -> Row:
        if not (match := _ROW.fullmatch(text.strip())):
            raise self.fail("rows", _("“{text}”的写法不对，应如 sellers 10-18 >ann").format(text=text))
        names = match[1].split("|")
        fields = tuple(name.rstrip("?") for name in names)
        least, largest = float(match[2]), float(match[3] or match[2])
        if largest < least or len(fields) > 2:
            raise self.fail("rows", _("“{text}”的高度或栏数不对").format(text=text))
        optional = frozenset(name.rstrip("?") for name in names if name.endswith("?"))
        for field in fields:
            if field not in self.values["label"]:
                raise self.fail(f"label.{field}", _("这一行没有栏目名"))
        return Row(fields, least, largest, bool(match[4]), optional)

    def columns(self, name: str, rows: list[list[Any]]) -> Iterator[Column]:
        for row in rows:
            if not 2 <= len(row) <= 4 or not isinstance(row[1], int | float):
                raise self.fail(f"table.{name}", _("一栏应写作 [栏名, 宽度, 对齐, 字体角色]"))
            column = Column(row[0], float(row[1]), *row[2:])
            if column.align not in "LCRJ" or column.role not in FACES:
                raise self.fail(f"table.{name}", _("“{name}”的对齐或字体角色不对").format(name=row[0]))
            yield column

    def seals(self) -> Iterator[Seal]:
        for seal in self.values["seals"]:
            if seal.get("zone") not in self.values["box"]:
                raise self.fail("seals.zone", _("版式里没有这个印章位置"))
            if seal["mm"] + 4 > self.box("", self.values["box"][seal["zone"]]).w:
                raise self.fail("seals.mm", _("印章直径大于留出的位置"))
            yield Seal(seal["zone"], seal["name"], float(seal["mm"]), seal.get("owner", "station"))

    def check(self, layout: Layout) -> None:
        if not layout.title or not re.fullmatch(r"yuan|wan", layout.unit):
            raise self.fail("title/unit", _("标题不能空，单位只能是 yuan 或 wan"))
        zones = {name for name in layout.boxes if name.startswith(("seal", "last_seal"))}
        used = {seal.zone for seal in layout.seals}
        inside = ("org", "date", "last_org", "last_date")
        for name, box in layout.boxes.items():
            margin = 10 if name == "qr" else 8
            if not (
                box.x >= margin
                and box.y >= margin
                and box.x + box.w <= layout.width - margin
                and box.y + box.h <= layout.height - margin
            ):
                raise self.fail(f"box.{name}", _("离纸边不足 {margin} 毫米").format(margin=margin))
        if "qr" in layout.boxes and min(layout.boxes["qr"].w, layout.boxes["qr"].h) < 25:
            raise self.fail("box.qr", _("二维码不能小于 25 毫米"))
        for (one, first), (two, second) in combinations(layout.boxes.items(), 2):
            pair = {one, two}
            if pair & (zones - used) or (pair & zones and any(n.startswith(inside) for n in pair - zones)):
                continue
            if one.startswith(f"{two}_") or two.startswith(f"{one}_"):
                continue  # the zone of a seal inside a signing cell
            if "table" in pair and any(name.startswith("last_") for name in pair):
                other = second if one == "table" else first
                if not replace(layout.boxes["table"], h=layout.numbers["last_table"]).meets(other):
                    continue
            if first.meets(second):
                raise self.fail(f"box.{one}", _("与 box.{other} 相叠").format(other=two))
        for name, columns in layout.tables.items():
            limit = layout.boxes["table"].w if "table" in layout.boxes else layout.boxes["body"].w
            if sum(column.width for column in columns) > limit + 1e-6:
                raise self.fail(f"table.{name}", _("各栏宽度之和大于 {limit} 毫米").format(limit=limit))
