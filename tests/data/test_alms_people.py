"""The synthetic patients are people: no man has a woman's condition, regions lie in both arms."""

import pandas as pd

FOLDER = "data/alms"


def test_no_man_has_a_womans_condition():
    adsl, adae = (pd.read_csv(f"{FOLDER}/{name}.csv") for name in ("adsl", "adae"))
    merged = adae.merge(adsl[["USUBJID", "SEX"]], on="USUBJID")
    words = "OVAR|UTER|VAGIN|MENSTR|PREGN|CERVI|ENDOMETR"
    of_women = merged["AEDECOD"].str.contains(words) | merged["AEBODSYS"].str.contains("REPRODUC")
    assert of_women.sum() >= 2
    assert set(merged.loc[of_women, "SEX"]) == {"F"}


def test_no_region_lies_in_one_arm():
    adsl = pd.read_csv(f"{FOLDER}/adsl.csv")
    counts = pd.crosstab(adsl["REGION2"], adsl["TRT01P"])
    assert counts.sum(axis=1)["Australia"] == 3
    assert (counts > 0).all(axis=None)
    share = counts.sum() / len(adsl)
    assert ((counts - counts.sum(axis=1).to_numpy()[:, None] * share.to_numpy()).abs() < 8).all(
        axis=None
    )
