"""Figures of this program beside the bare libraries doing the same work, in one run."""

from __future__ import annotations
