"""Other ways to serve the same model, each run by the interpreter of its own environment: nothing of ours is imported here.

`PEER_MODEL` names the folder that `benchmarks.serving.flights` wrote. Every peer that we wrote answers the label and the
probability of each class, as our server does.
"""
