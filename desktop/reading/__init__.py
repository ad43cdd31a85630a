"""Text out of the contract's own file, with clauses to name as evidence, and what it lets us propose."""
