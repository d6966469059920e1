"""One file a wire format: an `Answer` to the bytes of a response."""
