"""A registrar from outside: real keys of an X server into the real program, a real input method between."""
