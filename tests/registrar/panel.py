"""The candidate window of fcitx, for a registrar without eyes: each change is one line of JSON on stdout.

Run by the system's Python (it has python3-gi); fcitx talks to it as to the panel of a Plasma desktop.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from gi.repository import Gio, GLib

SPOT = "".join('<arg type="i" direction="in"/>' for _number in range(4))
FACES = f"""<node>
<interface name="org.kde.impanel"><signal name="PanelCreated"/></interface>
<interface name="org.kde.impanel2"><signal name="PanelCreated2"/>
<method name="SetSpotRect">{SPOT}</method>
<method name="SetRelativeSpotRect">{SPOT}</method>
<method name="SetRelativeSpotRectV2">{SPOT}<arg type="d" direction="in"/></method>
<method name="SetLookupTable">
<arg type="as" direction="in"/><arg type="as" direction="in"/><arg type="as" direction="in"/>
<arg type="b" direction="in"/><arg type="b" direction="in"/>
<arg type="i" direction="in"/><arg type="i" direction="in"/>
</method></interface></node>"""
PATH = "/org/kde/impanel"


def say(**what: Any) -> None:
    """One line for the registrar."""
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Own the name of the panel and tell what fcitx shows until the session ends."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    shown: list[str] = []

    def called(*given: Any) -> None:
        method, values, call = given[4], given[5].unpack(), given[6]
        if method == "SetLookupTable":
            shown[:] = values[1]
        call.return_value(None)

    def told(*given: Any) -> None:
        name, values = given[4], given[5].unpack()
        if name == "ShowLookupTable":
            say(candidates=list(shown) if values[0] else [])

    def acquired(_bus: Any, _name: str) -> None:
        for face, signal in (("org.kde.impanel", "PanelCreated"), ("org.kde.impanel2", "PanelCreated2")):
            bus.emit_signal(None, PATH, face, signal, None)
        say(ready=True)

    for face in Gio.DBusNodeInfo.new_for_xml(FACES).interfaces:
        bus.register_object(PATH, face, called, None, None)
    bus.signal_subscribe(None, "org.kde.kimpanel.inputmethod", None, None, None, 0, told)
    Gio.bus_own_name_on_connection(bus, "org.kde.impanel", 0, acquired, None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
