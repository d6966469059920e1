"""What the gate promises, measured by seeded simulation through its own rules: each module prints one table, `python -m benchmarks.gate.<name>`."""
