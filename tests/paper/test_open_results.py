"""What differs between data sets that all print the paper."""

import math

import pandas as pd
import pytest

from trialbook.paper import load_seeds, open_results
from trialbook.results import results_frame, rows


@pytest.fixture
def file(tmp_path):
    def write(records):
        frame = results_frame([row for _, row in records])
        frame.insert(0, "seed", [seed for seed, _ in records])
        frame.to_csv(tmp_path / "seeds.csv", index=False)
        return tmp_path / "seeds.csv"

    return write


def rmst(seed, value, time=1096):
    return seed, *rows("rmst", {"difference": value}, paramcd="OS", arm="A vs B", time=time)


def test_the_range_over_seeds_with_this_books_own_value(file):
    seeds = load_seeds(file([rmst(1, 30.0), rmst(2, 10.0), rmst(3, 20.0), rmst(1, 5.0, time=None)]))
    own = results_frame(rows("rmst", {"difference": 12.0}, paramcd="OS", arm="A vs B", time=1096))
    ranges = open_results(seeds, own)
    first = ranges.iloc[0]
    assert (first["lowest"], first["median"], first["highest"]) == (10.0, 20.0, 30.0)
    assert (first["n_seeds"], first["value"]) == (3, 12.0)
    assert math.isnan(ranges["time"][1])
    assert math.isnan(ranges["value"][1])


def test_without_own_results_the_value_is_unknown(file):
    assert open_results(load_seeds(file([rmst(1, 30.0)])))["value"].isna().all()


def test_a_seed_gives_a_result_once(file):
    with pytest.raises(ValueError, match="same result twice"):
        load_seeds(file([rmst(1, 30.0), rmst(1, 31.0)]))


def test_columns_are_needed(tmp_path):
    pd.DataFrame({"seed": [1]}).to_csv(tmp_path / "seeds.csv", index=False)
    with pytest.raises(ValueError, match=r"seeds\.csv: no column analysis"):
        load_seeds(tmp_path / "seeds.csv")
