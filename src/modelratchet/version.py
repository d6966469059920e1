"""The release. Apart from the package's `__init__`, which every module reaches: a new release alone makes no stage run again."""

RELEASE = "0.1.0"
