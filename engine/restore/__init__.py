"""restore: match texture, brightness and contrast of a decoded crop to the pixels that stay, and enlarge it."""

from engine.restore.restorer import Restorer, load
from engine.restore.stored import WEIGHTS

__all__ = ["WEIGHTS", "Restorer", "load"]
