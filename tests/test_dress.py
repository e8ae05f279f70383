"""The book's style and scripts hold nothing that nothing uses."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRINT = ROOT / "book" / "theme" / "trialbook" / "print.html"
SCRIPTS = sorted((ROOT / "book" / "assets").rglob("*.js"))
# What other programs than ours write into a page; their classes begin otherwise.
OWN = "tb-"


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\{#.*?#\}|(?<![:\w\"'`/\\])//[^\n]*", "", text, flags=re.DOTALL)


@cache
def styles() -> str:
    """Return the style sheets, the pages' own included, without comments and pictures."""
    sheets = [*sorted((ROOT / "book" / "assets").glob("*.css")), PRINT]
    text = "\n".join(path.read_text(encoding="utf-8").partition("</style>")[0] for path in sheets)
    return re.sub(r"url\([^)]*\)", "", without_comments(text))


@cache
def sources() -> str:
    """Return all that may write a class into a page, or set a variable of the style."""
    folders = [ROOT / name for name in ("trialbook", "book", "notebooks")]
    kinds = (".py", ".js", ".html", ".md")
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in kinds]
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    texts[PRINT] = texts[PRINT].partition("</style>")[2]  # what stands before is a style
    return "\n".join(texts.values())


@cache
def written() -> set[str]:
    """Return the classes of the sources; of ``tb-arm-{i}`` and ``tb-halo_1`` what is fixed."""
    return set(re.findall(r"tb-[\w-]+?(?=_|\$?\{|[^\w-])", sources()))


def is_written(name: str) -> bool:
    return name in written() or re.sub(r"\d+$", "", name) in written()


def test_every_class_that_has_a_style_is_written_into_pages():
    classes = {name for name in re.findall(r"\.([a-z][\w-]*)", styles()) if name.startswith(OWN)}
    assert len(classes) > 50
    assert not [name for name in sorted(classes) if not is_written(name)]
    assert not is_written("tb-nobody-writes-this")


def test_every_variable_of_the_style_is_used_and_each_used_is_set():
    declared = set(re.findall(r"(--tb-[\w-]+)\s*:", styles()))
    used = set(re.findall(r"var\((--tb-[\w-]+?)\b(?=[,)\s])", styles() + sources()))
    in_scripts = {name for name in declared if re.search(rf"{name}(?![\w-])", sources())}
    numbered = {name for name in declared if re.search(r"-\d+$", name)}
    assert not sorted(declared - used - in_scripts - numbered)
    set_in_pages = {name for name in used if re.search(rf"{name}[\"']?\s*[:,]", sources())}
    assert not sorted(used - declared - set_in_pages)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_name_of_a_script_is_used(script):
    code = without_comments(script.read_text(encoding="utf-8"))
    names = set(re.findall(r"\b(?:function|const|let|class)\s+(\w+)", code))
    assert not [name for name in names if len(re.findall(rf"(?<![\w$]){name}\b", code)) < 2]
    offered = re.findall(r"(?:globalThis|window)\.(\w+)\s*=[^=]", code)
    every = "\n".join(without_comments(path.read_text(encoding="utf-8")) for path in SCRIPTS)
    assert not [name for name in offered if len(re.findall(rf"\b{name}\b", every)) < 2]
