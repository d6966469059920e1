"""Files that earlier releases wrote, and tests that this release still reads them."""
