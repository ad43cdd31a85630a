"""fcitx 5 with its pinyin, and a registrar who reads its candidates and presses the right digit."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pypinyin import Style, lazy_pinyin, pinyin

from tests.registrar.keyboard import Keyboard
from tests.registrar.program import sleeps

PROFILE: Final = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin
[Groups/0/Items/0]
Name=keyboard-us
Layout=
[Groups/0/Items/1]
Name=pinyin
Layout=
[GroupOrder]
0=Default
"""
KEEP_KEYS: Final = "Allow Overriding System XKB Settings=False\n"
SIGNS: Final = {
    "，": ",", "。": ".", "：": ":", "；": ";", "（": "(", "）": ")", "《": "<", "》": ">",
    "？": "?", "！": "!", "、": "\\", "“": '"', "”": '"',
}  # fmt: skip
"""Full-width signs and the keys that give them while the input method is on."""
ANSWER: Final = 10.0
"""Seconds until an input method that says nothing is given up: a busy machine answers late."""
AT_ONCE: Final = 4
"""Characters composed together: a word or two, as people type."""


class NotComposed(RuntimeError):
    """The input method did not do what a registrar may expect."""


class Panel:
    """The candidates as they are shown; ``turn`` counts the changes."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.candidates: list[str] = []
        self.turn = 0
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            ["/usr/bin/python3", str(Path(__file__).with_name("panel.py"))],
            env=dict(environment),
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait(0, 10)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.candidates = json.loads(line).get("candidates", [])
                self.turn += 1
                self._changed.notify_all()

    def wait(self, after: int, seconds: float) -> bool:
        """Until something newer than the change ``after`` is shown."""
        with self._changed:
            return self._changed.wait_for(lambda: self.turn > after, seconds)

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(5)


class InputMethod:
    """fcitx in a home of its own, so that it knows nobody's words; what it learns in a run it keeps."""

    def __init__(self, environment: Mapping[str, str], keyboard: Keyboard) -> None:
        home = Path(environment["XDG_CONFIG_HOME"]) / "fcitx5"
        (home / "conf").mkdir(parents=True)
        (home / "profile").write_text(PROFILE, encoding="utf-8")
        (home / "conf" / "xcb.conf").write_text(KEEP_KEYS, encoding="utf-8")
        self._keys = keyboard
        self.panel = Panel(environment)
        with (home.parent / "fcitx.log").open("w") as log:
            self._process = subprocess.Popen(["fcitx5", "-D"], env=dict(environment), stdout=log, stderr=log)
        self._environment = dict(environment)
        address = home.parent / "ibus" / "bus"
        for _try in range(100):
            if address.is_dir() and any(address.iterdir()) and self._has_owner():
                break
            time.sleep(0.1)
        else:
            raise NotComposed("fcitx does not answer")
        self.is_on = False
        self.toggles = self.pages = self.composed = 0
        self.composing: Callable[[str], None] = lambda _word: None
        """Told when the letters of a word stand there and nothing is chosen yet."""

    def _has_owner(self) -> bool:
        """fcitx is on the bus (asked without starting it)."""
        words = ["--dest=org.freedesktop.DBus", "--print-reply", "/org/freedesktop/DBus"]
        question = ["org.freedesktop.DBus.NameHasOwner", "string:org.fcitx.Fcitx5"]
        done = subprocess.run(
            ["dbus-send", "--session", *words, *question],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return "true" in done.stdout

    def is_at_rest(self) -> bool:
        """fcitx waits for a key."""
        return sleeps(Path(f"/proc/{self._process.pid}"))

    def close(self) -> None:
        """End fcitx and its panel."""
        self._process.terminate()
        self._process.wait(5)
        self.panel.close()

    def forget(self) -> None:
        """Another process has the keys: it begins without the input method."""
        self.is_on = False

    def turn(self, on: bool) -> None:
        """Ctrl+space, where needed; looks that it came to pass."""
        if self.is_on == on:
            return
        for _try in range(3):
            self._keys.press("space", ["ctrl"])
            self.toggles += 1
            if self._shows(on):
                self.is_on = on
                return
        raise NotComposed(f"the input method does not go {'on' if on else 'off'}")

    def _shows(self, on: bool) -> bool:
        """The sign beside the clock; a person sees it at once."""
        end = time.monotonic() + 1
        while time.monotonic() < end:
            done = subprocess.run(
                ["fcitx5-remote"], env=self._environment, capture_output=True, text=True, check=False
            )
            if (done.stdout.strip() == "2") == on:
                return True
            time.sleep(0.01)
        return False

    def compose(self, text: str) -> None:
        """Chinese characters and full-width signs, the input method being on."""
        for run in re.findall(r"[^，。：；（）《》？！、“”]+|.", text):
            if run in SIGNS:
                self._keys.press(SIGNS[run])
                continue
            readings = lazy_pinyin(run, style=Style.NORMAL)
            for at in range(0, len(run), AT_ONCE):
                self._word(run[at : at + AT_ONCE], readings[at : at + AT_ONCE])

    def _word(self, word: str, syllables: list[str]) -> None:
        letters = syllables[0]
        for syllable in syllables[1:]:
            letters += ("'" if syllable[0] in "aeo" else "") + syllable
        self._letters(letters.replace("ü", "v"))
        self.composing(word)
        left = word
        while left:
            place = self._find(left)
            if place is None:
                self._keys.press("Escape")
                self._one_by_one(left)
                return
            left = left[len(self.panel.candidates[place]) :]
            self._choose(place, more=bool(left))
        self.composed += len(word)

    def _letters(self, letters: str) -> None:
        for letter in letters:
            before = self.panel.turn
            self._keys.press(letter)
            if not self.panel.wait(before, ANSWER):
                raise NotComposed(f"no candidates for {letters}")
        time.sleep(0.01)

    def _choose(self, place: int, *, more: bool) -> None:
        before = self.panel.turn
        self._keys.press("space" if place == 0 else str(place + 1))
        if not self.panel.wait(before, ANSWER):
            raise NotComposed("the choice was not taken")
        if more:
            time.sleep(0.01)

    def _find(self, wanted: str) -> int | None:
        """Place of the longest candidate that begins ``wanted``; turns pages until there is one."""
        for _page in range(20):
            shown = self.panel.candidates
            fits = [(len(one), -at) for at, one in enumerate(shown) if one and wanted.startswith(one)]
            if fits:
                return -max(fits)[1]
            before = self.panel.turn
            self._keys.press("=")
            self.pages += 1
            if not self.panel.wait(before, 0.3) or self.panel.candidates == shown:
                return None
            time.sleep(0.01)
        return None

    def _one_by_one(self, text: str) -> None:
        """Each character by each of its readings."""
        for sign in text:
            for reading in pinyin(sign, style=Style.NORMAL, heteronym=True)[0]:
                self._letters(reading.replace("ü", "v"))
                place = self._find(sign)
                if place is not None:
                    self._choose(place, more=False)
                    self.composed += 1
                    break
                self._keys.press("Escape")
                time.sleep(0.03)
            else:
                raise NotComposed(f"not found: {sign}")
