"""Makes the golden files of release 0.1; see `__main__`."""
