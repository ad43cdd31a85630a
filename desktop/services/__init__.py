"""One use case, one function, one transaction: everything a page or a command line can ask for."""

from __future__ import annotations
