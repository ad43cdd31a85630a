"""Keys of an X server, pressed through its XTEST extension (what ``xdotool`` uses), and counted.

A press of a key is one stroke; what is held meanwhile (Shift, Ctrl, Alt) is not counted beside it.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterable, Sequence
from ctypes.util import find_library
from typing import Any, Final

NAMED: Final = {
    "Return": 0xFF0D,
    "Tab": 0xFF09,
    "Escape": 0xFF1B,
    "Insert": 0xFF63,
    "Delete": 0xFFFF,
    "Down": 0xFF54,
    "Up": 0xFF52,
    "Right": 0xFF53,
    "Left": 0xFF51,
    "Page_Down": 0xFF56,
    "Page_Up": 0xFF55,
    "F5": 0xFFC2,
    "F6": 0xFFC3,
    "shift": 0xFFE1,
    "ctrl": 0xFFE3,
    "alt": 0xFFE9,
    "space": 0x20,
}
"""Names as xdotool has them → key symbols."""


def keysym_of(sign: str) -> int:
    """The key symbol of a character: Latin ones are their own, all others 0x01000000 and their place."""
    place = ord(sign)
    return place if 0x20 <= place < 0x7F else 0x01000000 + place


class Keyboard:
    """One connection to an X server. ``strokes`` counts since the start.

    Characters that no key of a common keyboard has are put on spare keys by ``add_keys`` before the program
    looks at the keyboard, so that none is pressed while its meaning changes.
    """

    def __init__(self, display: str, pause: float) -> None:
        self._x: Any = ctypes.CDLL(find_library("X11") or "libX11.so.6")
        self._test: Any = ctypes.CDLL(find_library("Xtst") or "libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XKeysymToKeycode.restype = ctypes.c_ubyte
        self._x.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._x.XkbKeycodeToKeysym.restype = ctypes.c_ulong
        self._x.XkbKeycodeToKeysym.argtypes = [ctypes.c_void_p, ctypes.c_ubyte, ctypes.c_uint, ctypes.c_uint]
        self._x.XSync.argtypes = self._x.XFlush.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self._test.XTestFakeKeyEvent.argtypes = [
            ctypes.c_void_p,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_ulong,
        ]
        opened = self._x.XOpenDisplay(display.encode())
        if not opened:
            raise RuntimeError(f"no X server at {display}")
        self._display = ctypes.c_void_p(opened)
        self._pause = pause
        self.answered: Callable[[], bool] = lambda: True
        """Whether those who get the keys are at rest: nobody types while the machine does not answer."""
        self._keys: dict[int, tuple[int, bool]] = {}
        self.strokes = 0

    def add_keys(self, signs: Iterable[str]) -> list[str]:
        """Put characters on spare keys; those for which there was no key left come back."""
        low, high = ctypes.c_int(), ctypes.c_int()
        self._x.XDisplayKeycodes(self._display, ctypes.byref(low), ctypes.byref(high))
        spare = [
            code
            for code in range(low.value, high.value + 1)
            if not any(self._x.XkbKeycodeToKeysym(self._display, code, 0, level) for level in (0, 1))
        ]
        wanted = sorted(set(signs))
        for sign in wanted[: len(spare)]:
            code = spare.pop()
            pair = (ctypes.c_ulong * 2)(keysym_of(sign), keysym_of(sign))
            self._x.XChangeKeyboardMapping(self._display, code, 2, pair, 1)
            self._keys[keysym_of(sign)] = (code, False)
        self._x.XSync(self._display, 0)
        return [sign for sign in wanted if keysym_of(sign) not in self._keys]

    def _key(self, symbol: int) -> tuple[int, bool]:
        if symbol not in self._keys:
            code = self._x.XKeysymToKeycode(self._display, symbol)
            if not code:
                raise RuntimeError(f"no key for {symbol:#x} {chr(symbol & 0xFFFFFF)}")
            plain = self._x.XkbKeycodeToKeysym(self._display, code, 0, 0)
            self._keys[symbol] = (code, plain != symbol)
        return self._keys[symbol]

    def _send(self, code: int, *, down: bool) -> None:
        self._test.XTestFakeKeyEvent(self._display, code, int(down), 0)

    def press(self, name: str, held: Sequence[str] = ()) -> None:
        """One stroke: ``Return``, ``a``, or ``space`` with ``ctrl`` held."""
        code, shifted = self._key(NAMED.get(name) or keysym_of(name))
        below = [self._key(NAMED[one])[0] for one in (*held, *(("shift",) if shifted else ()))]
        for one in below:
            self._send(one, down=True)
        self._send(code, down=True)
        self._send(code, down=False)
        for one in reversed(below):
            self._send(one, down=False)
        self._x.XSync(self._display, 0)
        self.strokes += 1
        self._rest()

    def _rest(self) -> None:
        """The pause between two keys, and until the last one was answered (twice looked, for a hand-over)."""
        time.sleep(self._pause)
        end, quiet = time.monotonic() + 3, 0
        while quiet < 2 and time.monotonic() < end:
            quiet = quiet + 1 if self.answered() else 0
            time.sleep(0.002)

    def type(self, text: str) -> None:
        """Character after character."""
        for sign in text:
            self.press(sign)
