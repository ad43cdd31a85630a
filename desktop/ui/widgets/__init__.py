"""The parts that pages are built of. Import from the module that has them; this package itself loads nothing.

base      Label (text roles), Rule, Painted, PaintedButton, ArrowKeys (one Tab stop for many), set_ground
marks     STATES REPORTING LEVELS CONFIDENCE RELIEF (code → Mark), StateDisc, paint_mark, paint_glyph
tags      Tag, KeyCap
focus     FocusRing(app), WheelGuard(app): made once by the window, kept
buttons   Button, PageTool, SegmentedToggle, CheckBox, Radio, Chip, Choice
fields    Field, SearchBox, TextBox, FieldRow, SectionHead, is_typing
entries   DateField, AmountField, CreditCodeField
codes     CodeEntry, CodeBook, CodeField (CodePopup)
spelling  read_date, read_amount, show_amount, in_fours: pure
cards     Card, Tile, Gauge, Meter, EmptyNote, Progress, Strip, Icon, Glyph
checks    CheckPanel, CheckItem, CheckButton: the self-check, fed with desktop.errors.Problem
steps     Steps, PathBar, Timeline, DeadlineWall
bars      Navigation, PageHead, ContractHead, KeyBar (Key), StatusBar (StatusFact), ProductMark, paint_waves
ask       ask, ask_reason, AskDialog
table     DeskTable, DeskDelegate, Role, TotalsRow, TableCard
answers   AnswerCards (1 是, 2 否, 3 不明)
reading   EvidenceView, Passage, Evidence, EvidenceLegend
gallery   all of them on three pages

Rules: ``set_…``, ``show_…`` and ``choose`` never tell anyone; signals come only from what the person did.
When ``is_narrow(width)`` says so, call ``set_narrow(True)`` on Navigation, ContractHead and KeyBar, hide the
PageHead while a contract is at hand, and put side panels into a drawer.
"""

from __future__ import annotations
