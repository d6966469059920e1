"""MLflow as experiment tracker and model registry.

address     where the store is, from MLFLOW_TRACKING_URI; nothing of MLflow is imported
probe       whether anything changed in the store, in milliseconds; nothing of MLflow is imported
store       the one locked initialisation, and the client
errors      MLflow's errors as ours
refusals    a server that does not know the user, or does not let it
artifacts   upload, read back, compare
model_files the MLflow model made of a bundle
pyfunc_model  the code that travels with it
runs        one run per verdict
run_list    the columns of MLflow's list of runs
versions    one whole version per bundle
recording   the order of all that, which makes a kill harmless
judged      which bundles were judged on a holdout or against an anchor
stored_bundle  a version's bundle, read back
ledger      the port `Ledger`: promotion events as versions of NAME.promotions
projecting  aliases and tags that follow from it
registry    the port `ModelRegistry`
server      `mlflow server` for a person or a test
users       the port `TeamUsers`
migration   a SQLite store moved to a team's database
"""
