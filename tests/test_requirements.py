"""Every pin can be installed on each Python that the README promises."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"
PINS = re.findall(r"^([\w.-]+)==([\w.]+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("name", "version"), PINS, ids=[name for name, _ in PINS])
def test_a_pin_is_what_is_installed_and_takes_python_3_11_2(name, version):
    installed = distribution(name)
    assert installed.version == version
    # Debian 12 has 3.11.2
    assert "3.11.2" in SpecifierSet(installed.metadata["Requires-Python"] or "")
