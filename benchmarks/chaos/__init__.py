"""Faults put in on purpose, and what they leave behind; each module is a command that ends with 1 when something broke.

    kills    SIGKILL before and after every call that reaches the outside, and at random moments
    run_kills  the same for a whole `ratchet run`, in `kills --what run`
    outages  a tracking server that is down, answers with errors, loses replies or is slow
    disk     a disk that fills up at every point of an operation

What must hold is in `invariants`, read from the store's tables without the code that is on trial.
"""
