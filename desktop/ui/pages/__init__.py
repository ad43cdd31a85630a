"""The pages of the window; importing this package loads nothing."""

from __future__ import annotations
