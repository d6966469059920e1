"""Bytes on disk: files that appear whole or not at all, digests, verified bundles. Standard library and core only."""
