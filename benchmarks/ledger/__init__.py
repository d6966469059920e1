"""Promoters at once, on every store that MLflow has."""
