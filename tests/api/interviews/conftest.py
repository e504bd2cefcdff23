"""The tablets of the tests of kiosks, whose key interviewers use."""

from tests.api.kiosks.conftest import enrol, invite, registry, tablet

__all__ = ["enrol", "invite", "registry", "tablet"]
