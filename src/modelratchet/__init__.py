"""modelratchet: from a pushed commit to a model version that has earned its verdict.

errors      the error tree and the exit codes
core        pure rules: evidence, policy, gate, statistics, formats
storage     bytes on disk: atomic files, digests, verified bundles
modeling    scikit-learn, skl2onnx, onnxruntime
usecases    one verb a file, talking to ports only
config      params.yaml and the environment, as frozen settings
adapters    one vendor a file
serving     what runs inside the image
wiring      the only place that joins ports to adapters
cli         the `ratchet` command
"""


def __getattr__(name: str) -> str:
    """`modelratchet.__version__`, the release."""
    if name == "__version__":
        from modelratchet.version import RELEASE

        return RELEASE
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
