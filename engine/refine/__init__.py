"""refine: the prior that moves the wanted embedding towards a wanted aesthetic score."""

from engine.refine.prior import Prior, load

__all__ = ["Prior", "load"]
