"""restore: match texture, brightness and contrast of a decoded crop to the pixels that stay."""

from engine.restore.restorer import Restorer, load

__all__ = ["Restorer", "load"]
