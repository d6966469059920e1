"""One file per DVC stage: read files, one call, write files. `project.py` is the user's own."""
