"""Paper: layouts in millimetres to PDF, fonts, the signed code on a certificate, letters and lists, page pictures."""

from __future__ import annotations
