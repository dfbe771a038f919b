"""``python -m training.library``."""

from training.library.build import main

if __name__ == "__main__":
    main()
