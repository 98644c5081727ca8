"""The bench back end's office: who may see and do what, pages, and the life of an installation.

It stands beside the OCPP server (``host_tests/harness/csms``) in one process and one SQLite file.
"""

from .desk import OFFICE
from .office import Office

__all__ = ["OFFICE", "Office"]
