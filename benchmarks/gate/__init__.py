"""How often the gate errs, by seeded simulation through its own rules: each module is run as `python -m benchmarks.gate.<name>`."""
