"""Records and bundles that tests are made of."""
