"""The one room that knows which database it is: engine, unit of work, numbers, queries, search, backup."""

from __future__ import annotations
