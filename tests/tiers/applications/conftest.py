import pytest

from tests.tiers.applications.filled import publish_standards


@pytest.fixture
def standards(db):
    """The standards as shipped, published."""
    publish_standards()
