"""One fake per port, under the port's name."""
