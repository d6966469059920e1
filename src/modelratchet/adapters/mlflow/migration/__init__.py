"""A SQLite store of MLflow's moved to PostgreSQL and an object store, row by row: run ids, version numbers and times stay.

places      where files lay and where they will lie
rows        what a row is worth: its digest, and whether a column could hold it
old_store   the port `OldStore`: one moment of the SQLite file
new_store   the port `NewStore`: PostgreSQL
file_target the port `FileTarget`: where MLflow's server keeps files
reaching    the errors of database and object store as ours
"""
