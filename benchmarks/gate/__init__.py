"""Side-by-side measurements; each is a command that prints a table of ratios."""
