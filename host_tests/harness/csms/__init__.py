"""The bench back end."""

from .server import Csms

__all__ = ["Csms"]
