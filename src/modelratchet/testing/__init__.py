"""What the package gives to `tests/model/`, the data scientist's own tests of a model: a pytest plugin, `fixtures`, and the model that its fixtures hand out.

Nothing of the package calls it. pytest loads `fixtures` by its entry point, and the `test_model` stage by name.
"""
