"""What the gate promises, measured: each module prints one table of docs/benchmarks.md."""
