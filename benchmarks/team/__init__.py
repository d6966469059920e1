"""A team's registry, measured: backups under load."""
