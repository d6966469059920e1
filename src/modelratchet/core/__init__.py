"""Pure rules. Standard library, numpy and scipy; no file, clock, network, environment or random state."""
