"""refine: the prior that moves the wanted embedding towards a wanted aesthetic score."""

from engine.refine.mixing import NORM, mix
from engine.refine.network import PriorNetwork, PriorShape
from engine.refine.prior import AnyPrior, Prior, load

__all__ = ["NORM", "AnyPrior", "Prior", "PriorNetwork", "PriorShape", "load", "mix"]
