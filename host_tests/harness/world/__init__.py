"""The world around a charge point: physics and people, in virtual time.

``World`` is the way in; see world.py.
"""

from .world import World

__all__ = ["World"]
