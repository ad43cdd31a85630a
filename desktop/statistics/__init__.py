"""Reports over registered contracts: counts and sums by what a report asks for."""

from __future__ import annotations
