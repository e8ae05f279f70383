"""What the sentences say of permuted arms, of harm, and of nothing at all."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.report.test_any_trial import folder_of, run
from trialbook.analyses import end_points
from trialbook.analyses.common import formula_remarks
from trialbook.report.answer import answer, lead
from trialbook.report.heading import question
from trialbook.report.narrative.withdrawal import say_withdrawal
from trialbook.report.sentences import p_phrase
from trialbook.report.tables.efficacy import _p as signed_p
from trialbook.results import results_frame, rows
from trialbook.safe import WITHHELD
from trialbook.safe.anchors import shown_end_points
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial

# Phrases that overstate (SAMPL; CONSORT 2025), and holes where a number should be.
NEVER = re.compile(
    r"trend towards|marginal|approach\w* significance|borderline significan|no effect|prove[sdn]?\b"
    r"|no difference (?:was|between)|failed to|; \)|\(\)|\(, |P=\)|−0\.0\b|\bnan\b|(?-i:\bNone\b)",
    re.I,
)
HAZARDS = {
    "benefit": {"no": 0.08, "yes": 0.02},
    "harm": {"no": 0.02, "yes": 0.08},
    "null": {"no": 0.03, "yes": 0.03},
    "nothing": {"no": 0.03, "yes": 0.03},
}


def without_events(folder):
    """Turn a trial of one flat file into ADSL and ADTTE in which every time is censored."""
    flat = pd.read_csv(folder / "flat.csv")
    patient = {"USUBJID": [f"P{i}" for i in range(len(flat))]}
    flags = {"TRT01P": flat["arm"], "TRT01A": flat["arm"], "ITTFL": "Y", "SAFFL": "Y"}
    pd.DataFrame(patient | flags).assign(AGE=flat["age"], SEX=flat["sex"]).to_csv(
        folder / "adsl.csv", index=False
    )
    time = {"PARAMCD": "TTE", "AVAL": flat["time"], "AVALU": "MONTHS", "CNSR": 1}
    pd.DataFrame(patient | time).to_csv(folder / "adtte.csv", index=False)
    config = (folder / "trial.yml").read_text(encoding="utf-8")
    kept = [line for line in config.splitlines() if not line.startswith("flat:")]
    config = re.sub(r"\b(?:age|sex)\b", lambda name: name[0].upper(), "\n".join(kept))
    (folder / "trial.yml").write_text(config, encoding="utf-8")
    (folder / "flat.csv").unlink()
    return folder


def sentences(folder):
    """Return the words of the efficacy chapter's output, without tables and figures."""
    text = re.sub(r"<svg.*?</svg>|<table.*?</table>|<style.*?</style>", "", run("efficacy", folder),
                  flags=re.DOTALL)  # fmt: skip
    return re.sub(r"<[^>]+>", " ", text)


@pytest.mark.parametrize("name", HAZARDS)
def test_the_words_fit_the_result(name, tmp_path):
    folder = folder_of(name, HAZARDS[name], tmp_path / "tiny")
    text = sentences(without_events(folder) if name == "nothing" else folder)
    assert not NEVER.findall(text)
    words = {
        "benefit": r"hazard of relapse was \d+% lower",
        "harm": r"hazard of relapse was [\d.]+ times as high",
        "null": "no clear difference",
    }
    said = [one for one, pattern in words.items() if re.search(pattern, text)]
    assert said == ([] if name == "nothing" else [name])
    assert ("favours another arm" in text) == (name == "benefit")
    assert ("favours an arm" in text) == (name == "harm")
    assert "a benefit" not in text
    if name == "nothing":
        assert "the hazards cannot be compared" in text
        assert re.search(r"the difference was 0.0 percentage points \(95% CI, −\d", text)
        assert "0.0 percentage points more" not in text
        assert not re.search(r"0\.0 (?:months|points) (?:more|fewer|longer|shorter)", text)


def test_permuted_arms_are_told_without_an_effect(tmp_path):
    folder = folder_of("harm", HAZARDS["harm"], tmp_path / "tiny")
    flat = pd.read_csv(folder / "flat.csv")
    # Each arm gets half of the other's patients: the difference is gone.
    order = np.random.default_rng(11).permutation(len(flat))
    flat.assign(arm=flat["arm"].to_numpy()[order]).to_csv(folder / "flat.csv", index=False)
    text = sentences(folder)
    assert not NEVER.findall(text)
    assert "no clear difference" in text
    assert re.search(r"compatible with anything from a hazard \d+% lower to one [\d.]+", text)


def with_withdrawals(folder):
    """Turn a trial of one flat file into ADSL and ADTTE whose patients all withdrew."""
    folder = without_events(folder)
    adsl = pd.read_csv(folder / "adsl.csv").assign(EOSSTT="DISCONTINUED")
    adsl.to_csv(folder / "adsl.csv", index=False)
    return folder


def said_of_withdrawal(trial, hr, p_values):
    """Return the sentence on withdrawn patients; P values by delta."""
    (comparison,) = trial.comparisons
    of = {"paramcd": "TTE", "arm": comparison.name, "level": "treated"}
    frame = results_frame(
        row
        for delta, p in p_values.items()
        for row in rows("tipping_point", {"hr": hr, "p_value": p}, method=f"delta={delta:g}", **of)
    )
    return say_withdrawal(Lookup(frame, trial), SimpleNamespace(paramcd="TTE"))


def test_a_result_is_tipped_towards_no_difference(tmp_path):
    folder = folder_of("harm", HAZARDS["harm"], tmp_path / "tiny")
    grows, falls = {0: 0.001, 1: 0.01, 2: 0.04, 5: 0.2}, {0: 0.2, 0.5: 0.04, 1: 0.01, 2: 0.001}
    stays = dict.fromkeys(falls, 0.001)
    of_flat = load_trial(folder)
    for hr, p_values in ((0.5, grows), (2.0, falls), (2.0, stays)):
        assert "P value" not in str(said_of_withdrawal(of_flat, hr, p_values)), "nobody withdrew"
    trial = load_trial(with_withdrawals(folder))
    for hr, p_values, told in (
        (0.5, grows, "was between 2 and 5 times that of those who stayed"),
        (2.0, falls, "was somewhere below 0.5 times that of those who stayed"),
        (2.0, {0: 0.6, 0.5: 0.2, 1: 0.01}, "was between 0.5 and 1 times that of those"),
        (2.0, stays, "even if none of the withdrawn patients of the treated group had"),
        (0.5, stays, "was 2 times"),
        (0.5, dict.fromkeys(falls, 0.5), "nothing to tip"),
    ):
        assert told in str(said_of_withdrawal(trial, hr, p_values))


def test_the_formula_of_kidney_function_is_judged_where_it_is_named():
    (line,) = formula_remarks(["Age, yr", "eGFR (MDRD), ml/min"])
    assert "race" in line
    assert "18 years" in line
    assert formula_remarks(["eGFR (CKD-EPI)"]) == []


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        ("unfavourable", "nearly as long as those given an arm, or longer?"),
        ("favourable", "nearly as soon as with an arm, or sooner?"),
    ],
)
def test_a_trial_of_noninferiority_asks_whether_the_treatment_is_nearly_as_good(
    tmp_path, event, asked
):
    folder = tmp_path / "trial"
    folder_of("null", HAZARDS["null"], folder)
    config = (folder / "trial.yml").read_text(encoding="utf-8").replace("unfavourable", event)
    margin = "objective: noninferiority\nmargin: 1.3\n"
    (folder / "trial.yml").write_text(margin + config, encoding="utf-8")
    assert question(load_trial(folder)).endswith(asked)


def test_a_p_value_that_is_withheld_or_not_estimable_has_no_sign():
    for text, shown in (("0.03", "P=0.03"), ("<0.001", "P<0.001"), *[(t, t) for t in ("NE", "")]):
        lookup = SimpleNamespace(text=lambda *_, text=text, **__: text)
        assert signed_p(lookup, "log_rank", "OS", "B vs A") == shown
    withheld = SimpleNamespace(text=lambda *_, **__: WITHHELD)
    assert signed_p(withheld, "log_rank", "OS", "B vs A") == WITHHELD
    assert p_phrase(withheld, "log_rank", "OS", "B vs A") == ""


def with_event(folder, event):
    """Turn the end point of a trial into what one hopes for, or fears."""
    config = (folder / "trial.yml").read_text(encoding="utf-8")
    for word in ("unfavourable", "favourable"):
        config = config.replace(f"event: {word}}}", f"event: {event}}}")
    (folder / "trial.yml").write_text(config, encoding="utf-8")
    return folder


def test_what_one_hopes_for_is_had_and_not_stayed_free_of(tmp_path):
    folder = with_event(folder_of("benefit", HAZARDS["harm"], tmp_path / "tiny"), "favourable")
    text = sentences(folder)
    assert "without relapse" in text
    assert re.search(r"hazard of relapse was [\d.]+ times as high", text)
    assert "favours another arm" in text
    study = load_trial(folder)
    lookup = Lookup(end_points(study), study)
    shown = "".join(one(lookup, study.primary)._repr_html_() for one in (answer, lead))
    assert "more patients with relapse at 12 months" in shown
    assert "shorter without relapse, on average within 12 months" in shown
    assert "free of relapse" not in shown + text


@pytest.mark.parametrize(
    ("event", "asked"),
    [("favourable", "How soon does relapse come in"), ("unfavourable", "stay free of relapse")],
)
def test_one_group_is_described_without_words_on_comparisons(event, asked, tmp_path):
    folder = with_event(folder_of("one arm", {"no": 0.03}, tmp_path / "tiny"), event)
    assert asked in question(load_trial(folder))
    text = run("efficacy", folder) + run("population", folder)
    for wrong in ("Comparisons are", "P: log-rank", "SMD", "differences are to be expected"):
        assert wrong not in text
    # the result twice, the ratio's constancy, and subgroups, each in its place
    assert text.count("One group: nothing is compared.") >= 4


def test_a_median_follow_up_that_is_not_reached_has_no_nan(tmp_path):
    folder = folder_of("null", HAZARDS["null"], tmp_path / "tiny")
    flat = pd.read_csv(folder / "flat.csv").assign(event=1)
    flat.to_csv(folder / "flat.csv", index=False)
    text = run("population", folder)
    assert "NE" in text
    assert "nan" not in text.casefold()


def test_arms_of_few_confidential_patients_are_described(tmp_path):
    folder = folder_of("null", HAZARDS["null"], tmp_path / "tiny")
    flat = pd.read_csv(folder / "flat.csv").groupby("arm").head(2)
    flat.to_csv(folder / "flat.csv", index=False)
    config = (folder / "trial.yml").read_text(encoding="utf-8")
    (folder / "trial.yml").write_text(config.replace("public", "confidential"), encoding="utf-8")
    assert not shown_end_points(load_trial(folder))
    assert WITHHELD in run("efficacy", folder)


def test_groups_that_no_comparison_names_are_described(tmp_path):
    folder = folder_of("null", HAZARDS["null"], tmp_path / "tiny")
    config = (folder / "trial.yml").read_text(encoding="utf-8") + "comparisons: []\n"
    (folder / "trial.yml").write_text(config, encoding="utf-8")
    assert "given an arm or another arm stay free of relapse" in question(load_trial(folder))
    text = run("efficacy", folder)
    assert "No comparison is named in trial.yml: nothing is compared." in text
    assert "One group" not in text


@pytest.mark.parametrize("randomized", ["yes", "partly", "no", "unknown"])
def test_only_randomized_patients_are_called_so(randomized, tmp_path):
    folder = folder_of("null", HAZARDS["null"], tmp_path / "tiny")
    flat = pd.read_csv(folder / "flat.csv")
    flat["EOSSTT"] = np.where(flat["event"] == 1, "COMPLETED", "DISCONTINUED")
    flat.to_csv(folder / "flat.csv", index=False)
    config = (folder / "trial.yml").read_text(encoding="utf-8")
    config = config.replace('randomized: "yes"', f'randomized: "{randomized}"')
    (folder / "trial.yml").write_text(config, encoding="utf-8")
    text = run("population", folder)
    assert "Percentages are of the patients" in text
    assert ("randomized to the group" in text) == (randomized == "yes")
