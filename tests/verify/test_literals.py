"""Whatever a text holds, in R's source it is that text and nothing else."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.trial import load_trial
from trialbook.verify import constants_of, r_literal, verify_script

HOSTILE = '"); system("touch pwned"); c("'
STRING = re.compile(r'"(?:[A-Za-z0-9 _\-.,:;=+/()*<>]|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"')
ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")


@given(st.text())
def test_a_text_is_one_string_that_reads_back(text):
    literal = r_literal(text)
    assert literal.isascii()
    assert STRING.fullmatch(literal)
    back = ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), literal[1:-1])
    assert back == text.replace("\0", "\ufffd")


@pytest.mark.parametrize(
    "text", [HOSTILE, "\\", "a\nb", "# x", "'", "`id`", "%>%", "\u202e", "\ud800"]
)
def test_nothing_ends_a_string(text):
    assert STRING.fullmatch(r_literal(text))


def test_values_have_their_forms():
    assert r_literal(None) == "NA"
    assert r_literal(True) == "TRUE"
    assert r_literal([1, 2.5, float("inf")]) == "c(1.0, 2.5, Inf)"
    assert r_literal([]) == "character()"
    assert (
        r_literal({"a b": [{"c": "d"}]})
        == 'setNames(list(list(setNames(list("d"), c("c")))), c("a b"))'
    )
    with pytest.raises(TypeError, match="set has no form"):
        r_literal({1})


_LEAF = st.none() | st.booleans() | st.floats() | st.text(max_size=5)


@given(
    st.recursive(
        _LEAF,
        lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=5), of, max_size=3),
    )
)
def test_a_value_calls_nothing_but_list_c_and_setnames(value):
    bare = STRING.sub('""', r_literal(value))
    words = set(re.findall(r"[A-Za-z_]+", re.sub(r"[0-9.]+e[+-]?[0-9]+", "", bare)))
    assert words <= {"list", "c", "setNames", "character", "NA", "NA_real_", "TRUE", "FALSE", "Inf"}


def test_the_script_of_a_trial_survives_json_and_holds_its_plan():
    constants = constants_of(load_trial("data/alms"))
    assert json.loads(json.dumps(constants)) == constants
    script = verify_script(constants)
    assert '"MMF vs AZA"' in script
    assert "rule_cox <- function(r)" in script


def test_a_blinded_trial_has_one_arm_with_the_values_of_all():
    constants = constants_of(load_trial("data/alms", blinded=True))
    assert constants["arms"] == [{"code": "POOLED", "values": ["AZA", "MMF"]}]
    assert constants["comparisons"] == []
