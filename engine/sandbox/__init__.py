"""Files that others made are decoded in a process of its own with little memory, time and rights.

What a broken or hostile file can break there is that process: the file is refused, and the next gets a fresh one.
"""

from engine.sandbox.client import Sandbox
from engine.sandbox.process import Limits

__all__ = ["Limits", "Sandbox"]
