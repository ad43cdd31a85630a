"""What stands between the start of the program and the sign-in page: Qt and our light modules, no more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "sqlalchemy",
    "sqlcipher3",
    "reportlab",
    "pypinyin",
    "cryptography",
    "argon2",
    "_hashlib",
    "openpyxl",
    "desktop.models",
    "desktop.rules.book",
    "desktop.rules.facts",
    "desktop.services",
    "desktop.ui.dialogs",
    "desktop.ui.help",
)

SCRIPT = """
import enum
import sys
from pathlib import Path

made, new = [], enum.EnumType.__new__
def noted(kind, name, bases, members, **more):
    made.append("enum:" + str(members.get("__qualname__", name)))
    return new(kind, name, bases, members, **more)
enum.EnumType.__new__ = noted

import desktop.app
from desktop.jobs import JobRunner
from desktop.security import slots
from desktop.settings import StationFile
from desktop.ui.launch import make_application, make_window
from desktop.ui.remembered import Remembered
from desktop.ui.theme import Theme
from desktop.ui.window import Doors

app = make_application()
theme = Theme()
theme.apply(app)
folder = Path(sys.argv[1])
window = make_window(
    StationFile("990321", "澄河县技术合同登记处"),
    Doors(desktop.app.sign_in, lambda: slots.read_people(folder / "people.json")),
    desktop.app.page_makers(),
    theme=theme,
    jobs=JobRunner(inline=True),
    remembered=Remembered.load(folder),
    version=desktop.app.VERSION,
)
window.show()
app.processEvents()
assert window.sign_in.isVisible()
assert not window.is_at_work
print("\\n".join(sys.modules))
print("\\n".join(made))
"""


def test_the_sign_in_page_stands_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    from desktop.security.passwords import CHEAP
    from desktop.security.slots import NewPerson, create_slots

    people = [NewPerson("head", "秦负责", ("head", "reviewer"), "云岭 2026 Abc")]
    create_slots(tmp_path / "people.json", people, cost=CHEAP)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "desktop.ui.pages.sign_in" in loaded
    assert [name for name in HEAVY if name in loaded] == []
    pages = {name for name in loaded if name.startswith("desktop.ui.pages.")}
    assert pages == {f"desktop.ui.pages.{name}" for name in ("sign_in", "wording")}
    assert not loaded & {"desktop.ui.frame", "desktop.ui.widgets.bars", "desktop.ui.widgets.steps", "decimal"}
    assert "enum:Key" in loaded, "PySide makes its enums otherwise now: the next line proves nothing"
    assert not loaded & {"enum:PixelMetric", "enum:ThemeIcon"}, "QStyle and QIcon cost 8 ms of enums"


def test_the_law_is_read_in_once_and_again_when_a_pack_has_other_words(tmp_path: Path) -> None:
    from desktop.app import load_law
    from desktop.resources import resource
    from desktop.services.law import put_in_force

    assert load_law() is load_law(tmp_path)
    pack = tmp_path / "law" / "2027.1"
    pack.mkdir(parents=True)
    source = resource("law", "parameters.toml").read_text(encoding="utf-8")
    (pack / "parameters.toml").write_text(source, encoding="utf-8")
    put_in_force(tmp_path, pack)
    first = load_law(tmp_path)
    assert first is load_law(tmp_path)
    (pack / "parameters.toml").write_text(source + "\n# 说明\n", encoding="utf-8")
    assert load_law(tmp_path).digest != first.digest
    assert load_law().digest == first.digest


def test_preloading_leaves_nothing_heavy_for_the_moment_of_signing_in(tmp_path: Path) -> None:
    script = (
        "import sys, desktop.app; from pathlib import Path; desktop.app.preload(Path(sys.argv[1]));"
        "from desktop.services.law import _book_of; print(_book_of.cache_info().currsize);"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    books, *loaded = done.stdout.split()
    assert books == "1"
    assert {"sqlcipher3", "argon2.low_level", "filelock", "desktop.ui.pages.today"} <= set(loaded)
