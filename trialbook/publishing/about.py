"""The page on what a book was made of, and on what was not there to make it of."""

from collections.abc import Iterable
from importlib import metadata
from typing import Any

from trialbook.adam.problems import counted_noun
from trialbook.escape import escape_markdown
from trialbook.publishing.exchanged import UNPLACED
from trialbook.publishing.trials import TrialFacts

# The programs on which a number can depend.
PROGRAMS = ("trialbook", "lifelines", "scipy", "numpy", "pandas")
# So many of a hash are shown.
LETTERS = 12
_VERIFY = """\
Whoever has the data can have R compute the numbers anew. Beside `ard.csv`, in the folder of this
build, lies `verify.R`; with `DATA` the trial's folder,

```
Rscript verify.R DATA
```

reads the files by itself and says of each analysis how many rows of `ard.csv` agree, differ, or are
not covered. It needs R with survival, cmprsk for competing risks and foreign for XPT files, and
nothing of ours; it ends with status 1 where a row differs."""
_NOTHING = """\
Nothing of this book was computed from patients, so there is no `verify.R`: its numbers can be
checked by those who made them."""
_LONGEST = 1000
_COURSE = "learn/"


def about(
    facts: TrialFacts,
    *,
    remarks: dict[str, tuple[str, ...]],
    left_out: Iterable[str],
    parameters: dict[str, Any],
    data: dict[str, str],
    build: str,
    titles: dict[str, str],
) -> str:
    """Return what the page says of one build, as Markdown below its title.

    Parameters
    ----------
    facts : TrialFacts
        Of confidential data neither hashes nor repairs are told: both tell of the files.
    remarks : dict
        Chapter to the Markdown that it shows in the place of results.
    left_out : iterable of str
        Chapters that this trial's data do not fill.
    parameters : dict
        Those given on the command line.
    data : dict
        Name of a file to its SHA-256.
    build : str
        What identifies the build.
    titles : dict
        Chapter to what the table of contents calls it.
    """
    parts = []
    said = {name: notes for name, notes in remarks.items() if notes}
    if said:
        parts.append("## What was not given, and what that cost")
        told: set[str] = set()
        for name, notes in said.items():
            # a remark is a sentence or a list already
            lines = [one if one.startswith("- ") else f"- {one}" for note in notes
                     for one in note.split("\n")]  # fmt: skip
            # what several chapters say stands under the first
            lines = [one for one in _told_once(lines) if one not in told]
            told.update(lines)
            if lines:
                parts += [f"### {_titled(name, titles)}", "\n".join(lines)]
    left_out = list(left_out)
    missing = [_titled(name, titles) for name in left_out if not name.startswith(_COURSE)]
    if len(missing) < len(left_out):
        missing.append("the course")
    if missing:
        parts += ["## Chapters left out", f"These data do not fill them: {', '.join(missing)}."]
    if facts.n_results:
        parts += _elsewhere(facts)
    if facts.confidential:
        parts += [
            "## What is withheld",
            "Patient-level data are not shown. Small counts, and what would tell them, are "
            "withheld where results leave the analyses, before any page, figure, file or search "
            "is made; where a curve or a number is given more coarsely, it says so.",
        ]
    if facts.repairs and facts.confidential:
        them = counted_noun(len(facts.repairs), "repair")
        parts += ["## Repairs", f"{them}; `trialbook check` lists them to those with the data."]
    elif facts.repairs:
        lines = "\n".join(f"- {escape_markdown(one, _LONGEST)}" for one in facts.repairs)
        parts += ["## Repairs", "What could be read safely though it was not clean:", lines]
    parts.append("## Data, parameters, programs")
    if data and not facts.confidential:
        rows = [f"| {escape_markdown(name)} | `{sha[:LETTERS]}` |" for name, sha in data.items()]
        parts.append("\n".join(["| file | SHA-256, its beginning |", "|---|---|", *rows]))
    given = [f"`{name} = {value!r}`" for name, value in parameters.items() if name != "trial"]
    parts.append(f"Parameters given: {', '.join(given) if given else 'none; all as declared'}.")
    versions = ", ".join(f"{name} {version}" for name in PROGRAMS if (version := _version(name)))
    parts.append(f"Programs: {versions}.")
    parts += ["## Check the numbers without Trialbook", _NOTHING if facts.n_results else _VERIFY]
    parts += [
        "## How to cite",
        f"*{escape_markdown(facts.title, _LONGEST)}.* A Trialbook, build `{build[:LETTERS]}`."
        + (f" {escape_markdown(facts.notice, _LONGEST)}" if facts.notice else ""),
    ]
    return "\n\n".join(parts) + "\n"


def _elsewhere(facts: TrialFacts) -> list[str]:
    """Return what is said of results that were made elsewhere, and of those without a place."""
    parts = [
        "## Results made elsewhere",
        f"No patients were at hand: {counted_noun(facts.n_results, 'result')} were read from a "
        "file that another program wrote, and stand here as they were given. What is not in it "
        "is not in the book.",
    ]
    if facts.unplaced:
        rows = counted_noun(sum(facts.unplaced.values()), "row")
        parts.append(f"The book has no place for {rows} of the file, which are kept beside "
                     f"`ard.csv` in `{UNPLACED}`, each with the reason.")  # fmt: skip
        if not facts.confidential:
            lines = (f"- {counted_noun(n, 'row')}: {escape_markdown(why, _LONGEST)}."
                     for why, n in facts.unplaced.items())  # fmt: skip
            parts.append("\n".join(lines))
    return parts


def _told_once(lines: Iterable[str]) -> list[str]:
    r"""Return remarks, those that say the same of several end points joined into one.

    >>> _told_once([r"- death\: no horizon.", "- Other.", r"- relapse\: no horizon."])
    ['- death; relapse\\: no horizon.', '- Other.']
    """
    subjects: dict[str, list[str]] = {}
    for line in lines:
        subject, colon, rest = line.removeprefix("- ").partition("\\: ")
        subjects.setdefault(colon + rest if colon else line, []).append(subject if colon else "")
    return [
        f"- {'; '.join(dict.fromkeys(of))}{rest}" if any(of) else rest
        for rest, of in subjects.items()
    ]


def _titled(name: str, titles: dict[str, str]) -> str:
    if name in titles:
        return titles[name]
    words = name.rpartition("/")[2].replace("_", " ")
    return words[:1].upper() + words[1:]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
