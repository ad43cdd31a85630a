"""Paper: layouts in millimetres to PDF, fonts, the signed code, letters and lists, page pictures."""

from __future__ import annotations
