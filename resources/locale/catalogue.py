"""Bring the English catalogue up to date: collect the texts of every room, keep translations, compile.

The program's texts are written in Chinese as ``_("…")`` (``desktop.resources._``). Each room of ``desktop/``
has one file ``en/<room>.po``; ``root.po`` holds the modules directly in ``desktop/``. All rooms together
become ``en/LC_MESSAGES/contract-desk.mo``, which the program reads when CONTRACT_DESK_LANGUAGE=en.

Run: ``python resources/locale/catalogue.py [ROOM …]`` after texts have changed, translate what is new, run it
again. ``--check`` writes nothing, names what is wrong and ends with 1 if anything is.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import string
import symtable
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

HERE: Final = Path(__file__).resolve().parent
CODE: Final = HERE.parent.parent / "desktop"
ROOMS: Final = (
    "certificates",
    "exchange",
    "reading",
    "root",
    "rules",
    "security",
    "services",
    "statistics",
    "store",
    "ui",
)
"""Rooms that speak to people; a text anywhere else is ill-placed."""

HEADER: Final = """\
# English texts of the room “{room}”. Written by resources/locale/catalogue.py; translate the msgstr lines.
msgid ""
msgstr ""
"Project-Id-Version: contract-desk\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
PERCENT: Final = re.compile(r"%(?:\(\w+\))?[sdrLn\d]")
MNEMONIC: Final = re.compile(r"(?<!&)&(?=[0-9A-Za-z])")
FULL_WIDTH: Final = re.compile("[，。；：？！（）、　]")


@dataclass(slots=True)
class Texts:
    """What the code says: room → text → files that say it, and uses of ``_`` that cannot be translated."""

    rooms: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {room: {} for room in ROOMS})
    ill_placed: list[str] = field(default_factory=list)


def read_code(code: Path = CODE) -> Texts:
    """Collect every ``_("…")`` under the folder, in the order of files and lines."""
    texts = Texts()
    for path in sorted(code.rglob("*.py")):
        name = path.relative_to(code.parent).as_posix()
        room = path.relative_to(code).parts[0] if path.parent != code else "root"
        found, ill = texts_of(path.read_text(encoding="utf-8"), name)
        texts.ill_placed += ill
        if found and room not in texts.rooms:
            texts.ill_placed += [
                f"{name}:{line}: {text!r}: no catalogue for this room" for text, line in found
            ]
            continue
        for text, _line in found:
            files = texts.rooms[room].setdefault(text, [])
            if name not in files:
                files.append(name)
    return texts


def texts_of(source: str, name: str) -> tuple[list[tuple[str, int]], list[str]]:
    """The texts of one module with their lines, and its ill-placed uses of ``_`` in words.

    Only ``_("one literal")`` can be found in the catalogue: an f-string, a variable, ``"…".format()`` inside
    the brackets and ``_`` handed on as a value are refused, as is a function that overwrites and calls ``_``.
    """
    tree = ast.parse(source, name)
    found, ill = [], []
    called = {
        id(n.func): n
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "_"
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Load)):
            continue
        call = called.get(id(node))
        if call is None:
            ill.append(f"{name}:{node.lineno}: _ is used as a value, not called with a text")
        elif text := literal(call):
            found.append((text, call.lineno))
        else:
            ill.append(f"{name}:{call.lineno}: {ast.unparse(call)}: not one literal text")
    if called:
        ill += [f"{name}:{line}: _ is overwritten in {scope}()" for scope, line in overwritten(source, name)]
    return sorted(found, key=lambda pair: pair[1]), ill


def literal(call: ast.Call) -> str:
    """The text of ``_("…")``, empty if the call has anything else in its brackets."""
    match call:
        case ast.Call(args=[ast.Constant(value=str(text))], keywords=[]):
            return text
    return ""


def overwritten(source: str, name: str) -> Iterator[tuple[str, int]]:
    """Functions that both assign ``_`` and read it: there it is no longer the translation."""
    waiting = [symtable.symtable(source, name, "exec")]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        if isinstance(table, symtable.Function) and "_" in table.get_identifiers():
            symbol = table.lookup("_")
            if symbol.is_local() and symbol.is_referenced():
                yield table.get_name(), table.get_lineno()


def placeholders(text: str) -> set[str]:
    """Names in ``{…}`` and percent signs that the program fills in."""
    try:
        braces = {f"{{{part[1]}}}" for part in string.Formatter().parse(text) if part[1] is not None}
    except ValueError:  # a lone brace: never goes through format()
        braces = set()
    return braces | set(PERCENT.findall(text))


def complaint(text: str, english: str) -> str:
    """What is wrong with a translation, empty if nothing is."""
    if missing := placeholders(text) ^ placeholders(english):
        return f"placeholders differ: {', '.join(sorted(missing))}"
    if len(MNEMONIC.findall(text)) != len(MNEMONIC.findall(english)):
        return "the & of the access key is missing or too many"
    if text.startswith("\n") != english.startswith("\n") or text.endswith("\n") != english.endswith("\n"):
        return "line break at the beginning or end differs"
    if FULL_WIDTH.search(english):
        return "full-width punctuation in the English text"
    return ""


def read_room(folder: Path, room: str) -> dict[str, str]:
    """Text → English of one room as its file has it (``""``: not translated); empty without a file."""
    path = folder / f"{room}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale="en", charset="utf-8", abort_invalid=True)
    return {str(message.id): str(message.string) for message in catalog if message.id}


def room_file(room: str, texts: Mapping[str, Sequence[str]], english: Mapping[str, str]) -> bytes:
    """The .po file of one room, the same bytes for the same texts."""
    catalog = Catalog(locale="en")
    for text, files in texts.items():
        catalog.add(text, english.get(text, ""), locations=[(file, 0) for file in files])
    out = io.BytesIO()
    write_po(out, catalog, width=100, omit_header=True, include_lineno=False)
    return HEADER.format(room=room).encode() + out.getvalue()


def compiled(path: Path) -> dict[str, str]:
    """Text → English in a compiled catalogue; empty when there is none."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_mo(file) if message.id}


def compile_all(path: Path, english: Mapping[str, str]) -> None:
    """Write the compiled catalogue; untranslated texts stay out, the program shows them in Chinese."""
    catalog = Catalog(locale="en", project="contract-desk")
    for text, words in english.items():
        catalog.add(text, words)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalog)


def together(rooms: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """All rooms' translations in one; the first room that has a text wins."""
    every: dict[str, str] = {}
    for english in rooms.values():
        for text, words in english.items():
            if words:
                every.setdefault(text, words)
    return every


def update(texts: Texts, folder: Path, rooms: Sequence[str] = ROOMS) -> None:
    """Rewrite the rooms' files from the code and compile everything.

    Translations stay, texts that the code no longer has go, new ones come in empty, or with the words another
    room has for the same text. Files whose content would not change are not touched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = together({room: read_room(folder, room) for room in ROOMS})
    for room in rooms:
        own = read_room(folder, room)
        english = {text: own.get(text) or known.get(text, "") for text in texts.rooms[room]}
        content = room_file(room, texts.rooms[room], english)
        path = folder / f"{room}.po"
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
    english = together({room: read_room(folder, room) for room in ROOMS})
    binary = folder / "LC_MESSAGES" / "contract-desk.mo"
    if not binary.is_file() or compiled(binary) != english:
        compile_all(binary, english)


def check(texts: Texts, folder: Path, rooms: Sequence[str] = ROOMS) -> list[str]:
    """Everything that is wrong with the catalogue, one line each."""
    wrong = list(texts.ill_placed)
    every = {room: read_room(folder, room) for room in ROOMS}
    known = together(every)
    for room in rooms:
        english = every[room]
        for text in texts.rooms[room]:
            if not english.get(text):
                wrong.append(f"{room}: missing: {text!r}")
            elif english[text] != known[text]:
                wrong.append(f"{room}: other words elsewhere: {text!r}: {english[text]!r}, {known[text]!r}")
            elif reason := complaint(text, english[text]):
                wrong.append(f"{room}: {reason}: {text!r}: {english[text]!r}")
        wrong += [f"{room}: unused: {text!r}" for text in english if text not in texts.rooms[room]]
    if compiled(folder / "LC_MESSAGES" / "contract-desk.mo") != known:
        wrong.append("contract-desk.mo is stale: run python resources/locale/catalogue.py")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Update or check the catalogue of the checkout; 1 if something is wrong."""
    parser = argparse.ArgumentParser(description="Update, compile or check the English catalogue.")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"any of {', '.join(ROOMS)}")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if anything is wrong")
    options = parser.parse_args(arguments)
    rooms = options.rooms or ROOMS
    if unknown := set(rooms) - set(ROOMS):
        parser.error(f"no such room: {', '.join(sorted(unknown))}")
    texts = read_code()
    if not options.check:
        update(texts, HERE / "en", rooms)
    wrong = check(texts, HERE / "en", rooms)
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    sys.stdout.write(f"{sum(map(len, texts.rooms.values()))} texts, {len(wrong)} to look at\n")
    return 1 if wrong and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
