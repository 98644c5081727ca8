"""Stages on one target, for stories whose other targets would tell nothing new."""

from host_tests.provisioning.conftest import stage_on

__all__ = ["stage_on"]
