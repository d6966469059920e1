"""The only place that joins ports to adapters, and the edge where errors become exit codes.

Split by who calls, so that a stage depends on no more than it uses: `stage` for all stages, `data` and `registry` for those with
ports, `commands` for the command line.
"""
