"""Where `trialbook new` takes its files from."""

import pytest

from tests.adam.folders import write_frame


@pytest.fixture
def source(tmp_path):
    """Return a function that writes data sets and gives their folder."""

    def write(data):
        folder = tmp_path / "source"
        folder.mkdir()
        for name, frame in data.items():
            write_frame(folder / f"{name}.csv", frame)
        return folder

    return write


@pytest.fixture
def flat(tmp_path):
    """Return a function that writes one flat file."""

    def write(frame, name="data.csv"):
        path = tmp_path / name
        frame.to_csv(path, index=False)
        return path

    return write
