"""首次使用向导: the window that opens where there is no station yet."""
