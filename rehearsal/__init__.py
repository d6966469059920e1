"""Runs the workflow files themselves on this machine, without GitHub: `make rehearse`.

`act` runs one workflow; what GitHub does around it (which workflows an event starts, in which scope a cache is read, which token may
write a comment) is here. Development only: nothing of this is installed with modelratchet, and nothing of modelratchet imports it.
"""
