"""How many examples hypothesis tries, and which tests stay in one process when many run."""

from pathlib import Path

import pytest
from hypothesis import settings

# An example that takes long says something of the machine, not of the property. `make test` tries
# the same examples every time, so that it fails for a change and never for luck; `make test-all`
# looks for new ones.
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("long", deadline=None, max_examples=400)
settings.load_profile("quick")

# Folders whose tests share what is slow to make: books, a browser, a process that forks.
SHARING = {"browser", "publishing"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the tests of a file, or of such a folder, in one process; begin with the first."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = Path(nodeid.partition("::")[0])
            return file.parts[1] if file.parts[1] in SHARING else file.as_posix()

    # else files with few tests come last: these folders are the longest, and have few
    config.option.loadscopereorder = False
    return Together(config, log)
