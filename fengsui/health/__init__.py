"""Whether the program itself works: faults are noticed, shown, and reported to people."""
