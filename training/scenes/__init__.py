"""Scenes to learn from, without end: cut-outs placed on photographs with all that is true about them.

`stock` holds photographs and cut-outs in memory, `composer` puts them together, `words` says what is seen and done.
"""

from training.scenes.composer import Composer
from training.scenes.scene import KINDS, Kind, Scene, SceneObject, pack, unpack
from training.scenes.stock import Stock

__all__ = ["KINDS", "Composer", "Kind", "Scene", "SceneObject", "Stock", "pack", "unpack"]
