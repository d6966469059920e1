"""One vendor a file, named `<vendor>_<port>`; the only imports of MLflow, DVC, Great Expectations, git and the like."""
