"""Many books on a cluster: the same books, and one that fails stops no other."""

import sys

import pytest

from trialbook.messages import MachineError, UsageError
from trialbook.publishing.cluster import _outcome, build_here, build_on_cluster


@pytest.fixture
def broken(clone):
    """Three trials, of which the second has no arm B."""
    folder = clone / "data" / "broken"
    folder.mkdir()
    text = (clone / "data" / "small" / "small.csv").read_text()
    (folder / "small.csv").write_text(text.replace("B", "A"))
    (folder / "trial.yml").write_text((clone / "data" / "small" / "trial.yml").read_text())
    return clone


TRIALS = ["data/small", "data/broken", "data/other"]


def told(output):
    """Return the lines of the summary."""
    return output.strip().splitlines()[-3:]


SUMMARY = ["built        data/small", "failed (1)   data/broken", "built        data/other"]


@pytest.mark.slow
def test_a_cluster_builds_what_these_cores_build(broken, commands):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        finished = commands(
            "build", *TRIALS, "-p", "conf_level=0.9", "--scheduler", cluster.scheduler_address,
            cwd=broken,
        )  # fmt: skip
    assert finished.code == 1, finished.err
    assert told(finished.out) == SUMMARY
    assert "the arm B has no patient" in finished.err
    there = (broken / "_build" / "small" / "ard.csv").read_text()
    assert commands("build", "data/small", "-p", "conf_level=0.9", "--force", cwd=broken).code == 0
    assert (broken / "_build" / "small" / "ard.csv").read_text() == there


def test_a_worker_that_dies_is_the_machines_failure():
    class Lost:
        def result(self):
            raise RuntimeError("the worker was killed")

    assert _outcome(Lost()) == (4, "The worker failed: RuntimeError: the worker was killed\n")


def test_without_dask_a_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match="pip install dask distributed"):
        list(build_on_cluster("tcp://127.0.0.1:1", [], []))


@pytest.mark.parametrize("address", ["host", "tcp://host", "host:port", ""])
def test_an_address_without_a_port_is_refused_before_anything_is_tried(address):
    with pytest.raises(UsageError, match="write host:port"):
        list(build_on_cluster(address, [], []))


def test_where_no_scheduler_answers_the_machine_failed(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("trialbook.publishing.cluster._SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(MachineError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        list(build_on_cluster("tcp://127.0.0.1:1", [], []))


def test_a_build_on_a_worker_gives_its_code_and_its_words(tmp_path):
    code, said = build_here(["nowhere"], str(tmp_path))
    assert code == 1
    assert "There is no folder nowhere" in said
