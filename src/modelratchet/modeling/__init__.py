"""Numbers: splitting, training, evaluation, export, parity, latency. scikit-learn, skl2onnx, onnxruntime; no service."""
