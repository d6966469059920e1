"""Our server beside others that serve the same model, on one machine in one session: `python -m benchmarks.serving` and the modules beside it."""
