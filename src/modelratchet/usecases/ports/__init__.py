"""What the use cases need from the outside, each with one fake and at least one adapter of the same name.

Adapters translate their vendor's errors: what may succeed on a retry becomes an `OutsideError`, what cannot be
trusted an `EvidenceError`. A port lies in the module of what it is about, and is imported from there: a stage runs again when a source changes
that it can reach, and a module that named them all would let every stage reach everything.
"""
