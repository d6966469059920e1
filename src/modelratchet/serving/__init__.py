"""What runs inside the image: BentoML, onnxruntime and small runtime libraries; nothing of training."""
