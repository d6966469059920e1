"""`params.yaml` and the environment, turned into frozen settings with every fault reported at once."""
