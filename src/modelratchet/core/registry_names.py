"""Names in the registry that more than one layer has to know. Apart from the ledger itself, so that reading params.yaml reaches no rules."""

LEDGER_SUFFIX = ".promotions"
"""A model's ledger is kept in the registry under the model's name and this."""
