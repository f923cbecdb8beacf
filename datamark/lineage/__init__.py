"""Which snapshots an MLflow run used, said by its tags and datasets without a line of code in the training script.

The names and the form are those of server/src/lineage; lineage-tests/cases.json keeps both sides equal. MLflow itself
is imported only by what MLflow loads.
"""
