"""No estimator may warn from deep inside numpy; and a busy machine is no failure."""

from pathlib import Path

import hypothesis
import pytest

# an example that takes long says something of the machine, not of the property
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error::RuntimeWarning"))
