"""The small project that release 0.1 was run in to make its golden files."""
