"""`python -m modelratchet` is `ratchet`."""

import sys

from modelratchet.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
