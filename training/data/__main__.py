"""``python -m training.data``."""

import sys

from training.data.build import main

if __name__ == "__main__":
    sys.exit(main())
