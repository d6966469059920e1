"""What the system does, one verb a file. Talks to ports only; the ports are in `ports`."""
