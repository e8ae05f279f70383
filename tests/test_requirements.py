"""Every pin can be installed on each Python that the README promises, and is needed."""

import re
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from trialbook.publishing.fingerprint import versions

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BOUNDS = [Requirement(text) for text in PROJECT["dependencies"]]
# pinned with a remark, though others need them
OF_OTHERS = {"soupsieve", "sphinx-book-theme"}
PINS = re.findall(r"^([\w.-]+)==([\w.]+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("name", "version"), PINS, ids=[name for name, _ in PINS])
def test_a_pin_is_what_is_installed_and_takes_python_3_11_2(name, version):
    installed = distribution(name)
    assert installed.version == version
    # Debian 12 has 3.11.2
    assert "3.11.2" in SpecifierSet(installed.metadata.get("Requires-Python") or "")


def test_the_lock_has_each_pin_with_hashes_and_what_else_it_has_is_for_other_platforms():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    locked = {entry.split("==")[0]: entry for entry in entries}
    for name, version in PINS:
        entry = locked.pop(name)
        assert entry.split()[0] == f"{name}=={version}"
        assert "--hash=sha256:" in entry
    assert all(";" in entry.split("\\")[0] for entry in locked.values()), locked


def test_pins_are_within_the_bounds_of_the_package_and_direct_ones_are_its_dependencies():
    direct = re.findall(r"^([\w.-]+)==\S+ +# ", REQUIREMENTS.read_text(encoding="utf-8"), re.M)
    needs = {canonicalize_name(need.name): need.specifier for need in BOUNDS}
    assert set(needs) == set(direct) - OF_OTHERS
    for name, version in PINS:
        assert version in needs.get(name, SpecifierSet())


@pytest.mark.parametrize("need", BOUNDS, ids=[need.name for need in BOUNDS])
def test_a_dependency_is_imported_somewhere(need):
    modules = {
        module
        for module, names in packages_distributions().items()
        if canonicalize_name(need.name) in map(canonicalize_name, names)
    }
    if need.name == "sphinxcontrib-bibtex":
        modules = {"sphinxcontrib.bibtex"}  # an extension, named in the configuration
    files = [*(ROOT / "trialbook").rglob("*.py"), *(ROOT / "notebooks").rglob("*.md")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in [*files, ROOT / "_config.yml"])
    assert any(re.search(rf"(import|from) {module}\b|{module}[,.]", text) for module in modules)


def test_versions_are_those_of_what_the_package_depends_on_and_of_nothing_else():
    found = set(versions()) - {"python", "trialbook"}
    assert found == {name for name, _ in PINS}
    assert not found & {"pytest", "ruff", "hypothesis", "pip", "hatchling"}
