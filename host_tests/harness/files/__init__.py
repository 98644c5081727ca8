"""Servers for files, in the harness's time: firmware to be fetched, diagnostics to be put down."""

from .server import FileServer

__all__ = ["FileServer"]
