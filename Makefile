PY := $(shell command -v python3)
