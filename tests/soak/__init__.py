"""Long random days; not part of the quick tests."""

from __future__ import annotations
