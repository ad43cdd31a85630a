"""The law of technology contracts as dated data and pure questions: facts in, answers with grounds out."""

from __future__ import annotations
