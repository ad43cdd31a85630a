"""Files that go out and come in: packages, receipts, blocks, policy packs, workbooks; the province intake.

Nothing here knows the database of the station: plain dataclasses and files go in, dataclasses come out.
"""
