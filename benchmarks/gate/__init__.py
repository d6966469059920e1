<<<<<<< HEAD
"""What the gate promises, measured: each module prints one table of docs/benchmarks.md."""
=======
"""How often the gate errs, by seeded simulation through its own rules: each module is run as `python -m benchmarks.gate.<name>`."""
>>>>>>> h-gate
