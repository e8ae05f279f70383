"""The reference of `trialbook.survival` and `trialbook.plots`, from their docstrings, by topic.

Markdown pages, derived like the chapters' twins: `trialbook pair` writes them. So a book's build
reads pages like any other, and imports nothing to document it.
"""

import importlib
import inspect
import re
import textwrap
from pathlib import Path
from types import ModuleType

FOLDER = "book"
# The PDF of a trial's book is the report: what documents the software stays on the site.
NOT_PRINTED = "---\nprint: false\n---"
# The reference of the package is for who learns, too: other books are without it.
HEADER = "---\nprint: false\nrequires: [learn]\n---"
# Page, title, what it is about, and the modules in its order.
TOPICS = (
    ("api_curves", "Curves and what is read off them",
     "Survival over time, its mean up to a horizon, the average hazard, with limits that hold "
     "for few events, too.",
     ("kaplan_meier", "arms", "survival_difference", "rmst", "rmst_comparison",
      "average_hazard", "few_events")),
    ("api_tests", "Tests and several of them",
     "Whether curves differ, and P values that are judged together.",
     ("log_rank", "max_combo", "multiplicity")),
    ("api_models", "Hazard ratios",
     "Cox's model, what it assumes, and what to do with few events.",
     ("cox.fit", "cox.model", "cox.firth", "cox.profile", "proportional_hazards", "smoothing",
      "concordance")),
    ("api_competing", "Competing and recurrent events",
     "Where one event makes another impossible, or comes again.",
     ("competing_risks", "gray", "fine_gray", "recurrent")),
    ("api_proportions", "Proportions and rates",
     "Two by two tables, patient-time, and the pooling of trials.",
     ("proportions", "fisher", "risk_ratio", "rates")),
    ("api_design", "Design, simulation, what if",
     "How many patients, trials that were never run, and censoring that was not at random.",
     ("design", "accrual", "simulation", "batched", "imputation", "informative_censoring")),
    ("api_plots", "Figures", "A journal's figures from arrays, without a trial.", ("plots",)),
)  # fmt: skip
_HEADINGS = {
    "kaplan_meier": "Kaplan and Meier",
    "design": "Events and power",
    "accrual": "Patients and time",
    "rmst": "Restricted mean survival time",
    "rmst_comparison": "Restricted means compared",
    "cox.fit": "Cox’s model",
    "cox.model": "What the model gives",
    "cox.firth": "Firth’s penalty",
    "cox.profile": "Profile likelihood",
    "gray": "Gray’s test",
    "fine_gray": "Fine and Gray",
    "fisher": "Fisher’s exact test",
    "plots": "Curves and forests",
    "arms": "Several arms",
}
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
_FIELDS = ("Parameters", "Attributes", "Returns", "Yields", "Raises")


def reference_pages(root: Path) -> dict[Path, str]:
    """Return the pages of the reference and their content; none where no package lies in `root`."""
    if not (root / "trialbook" / "survival").is_dir():
        return {}
    return {root / FOLDER / f"{name}.md": _page(*rest) for name, *rest in TOPICS}


def documented() -> set[str]:
    """Return the public names that stand on a page."""
    return {name for *_, modules in TOPICS for module in modules for name in _public(module)}


def _module(name: str) -> ModuleType:
    return importlib.import_module(
        "trialbook.plots" if name == "plots" else f"trialbook.survival.{name}"
    )


def _public(module: str) -> list[str]:
    """Return the public names that a module defines, functions first, in their order there."""
    found = _module(module)
    offered = (
        found.__all__
        if module == "plots"
        else importlib.import_module("trialbook.survival").__all__
    )
    own = [
        name
        for name, value in vars(found).items()
        if name in offered and getattr(value, "__module__", "") == found.__name__
    ]
    return sorted(own, key=lambda name: inspect.isclass(getattr(found, name)))


def _page(title: str, about: str, modules: tuple[str, ...]) -> str:
    parts = [HEADER, f"# {title}", about]
    for module in modules:
        names = _public(module)
        if not names:
            continue
        found = _module(module)
        first, _, more = inspect.getdoc(found).partition("\n\n")
        path = found.__name__.replace(".", "/") + ".py"
        heading = _HEADINGS.get(module, module.replace("_", " ").capitalize())
        parts += [f"## {heading}", _text(first)]
        parts += [_text(more)] if more else []
        parts.append(f"Source: `{path}`.")
        place = found.__name__ if module == "plots" else "trialbook.survival"
        for name in names:
            parts += _entry(place, name, getattr(found, name))
    return "\n\n".join(parts) + "\n"


def _entry(place: str, name: str, thing: object) -> list[str]:
    """Return the parts of one function or class: how it is called, what its docstring says."""
    kind = "class" if inspect.isclass(thing) else "def"
    parts = [f"### `{name}`"]
    if kind == "def":
        parts.append(f"```python\n{place}.{_call(name, thing)}\n```")
    doc = inspect.getdoc(thing) or ""
    sections = _SECTION.split(doc)
    parts.append(_text(sections[0]))
    for heading, body in zip(sections[1::2], sections[2::2], strict=True):
        if heading == "Examples":
            parts += ["**Examples**", *_examples(body)]
        elif heading in _FIELDS:
            parts += [f"**{heading}**", _fields(body, named=heading in _FIELDS[:2])]
        else:
            parts += [f"**{heading}**", _text(body)]
    if kind == "class":
        parts += _methods(thing)
    return [part for part in parts if part]


def _methods(thing: type) -> list[str]:
    """Return what a class computes besides its fields, each in a line."""
    lines = []
    for name, value in vars(thing).items():
        function = getattr(value, "func", None) or getattr(value, "fget", None) or value
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        given = list(inspect.signature(function).parameters)[1:]
        shown = name if function is not value else f"{name}({', '.join(given)})"
        said = (inspect.getdoc(function) or "").partition("\n")[0]
        lines.append(f"- `{shown}`: {_text(said)}")
    return ["**Computed when asked for**", "\n".join(lines)] if lines else []


def _call(name: str, function: object) -> str:
    """Return a call with its parameters and defaults, in lines of a hundred letters at most."""
    shown = []
    for one in inspect.signature(function).parameters.values():
        if (
            one.kind is one.KEYWORD_ONLY
            and "*" not in shown
            and not any(text.startswith("*") for text in shown)
        ):
            shown.append("*")
        text = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "") + one.name
        shown.append(text if one.default is one.empty else f"{text}={one.default!r}")
    whole = f"{name}({', '.join(shown)})"
    if len(whole) <= 70:
        return whole
    return f"{name}(\n" + textwrap.indent(textwrap.fill(", ".join(shown), 76), "    ") + ",\n)"


def _fields(body: str, *, named: bool) -> str:
    """Return the entries of a section as a list: name, type, meaning."""
    lines: list[str] = []
    for line in body.strip().split("\n"):
        if not line.startswith(" ") and line.strip():
            name, colon, kind = line.partition(" : ")
            shown = f"`{name.strip()}`" if named or not colon else _text(name)
            lines.append(f"- {shown}" + (f" ({_text(kind)})" if colon else ""))
        elif line.strip():
            # the meaning begins after the name
            colon = "" if "\n" in lines[-1] or lines[-1].endswith(":") else ":"
            lines[-1] += f"{colon}\n  {_text(line)}"
    return "\n".join(lines)


def _examples(body: str) -> list[str]:
    """Return runs of code as blocks, and the words between them."""
    parts = []
    for block in body.strip().split("\n\n"):
        code = block.startswith(">>>")
        parts.append(f"```pycon\n{block}\n```" if code else _text(block))
    return parts


def _text(text: str) -> str:
    """Return prose of a docstring as Markdown: names as code, no formula or markup by accident."""
    pieces = re.split(r"(``[^`]+``|`[^`\n]+`)", text.strip())
    kept = [
        piece if at % 2 else re.sub(r"([*$<\[\]_|~^])", r"\\\1", piece)
        for at, piece in enumerate(pieces)
    ]
    return "".join(kept)
