"""Each name that survival offers shows how it is used, and what it shows is true."""

import doctest
import importlib
import pkgutil

import pytest

from trialbook import survival

MODULES = [
    found.name for found in pkgutil.walk_packages(survival.__path__, f"{survival.__name__}.")
]
CONSTANTS = {"FEW_EVENTS"}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_show(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", sorted(set(survival.__all__) - CONSTANTS))
def test_a_public_name_has_an_example(name):
    text = getattr(survival, name).__doc__
    assert "Examples\n" in text
    assert ">>>" in text
