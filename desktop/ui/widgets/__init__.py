"""The parts that pages are built of. Import from the module that has them; importing this package loads
nothing.
"""

from __future__ import annotations
