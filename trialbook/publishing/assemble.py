"""Everything that is published of one edition: pages, numbers, tables, figures, provenance."""

import json
import os
import shutil
from pathlib import Path

from trialbook.exporting import EXPORT_NOTE
from trialbook.publishing import fingerprint
from trialbook.publishing.about import LETTERS, about
from trialbook.publishing.appendix import APPENDIX, appendix
from trialbook.publishing.book import Book, toc_titles
from trialbook.publishing.cache import COMPLETED, TABLES
from trialbook.publishing.collect import collected, glued_text, results_csv, seen
from trialbook.publishing.editions import Edition, now
from trialbook.publishing.exchanged import exchanged
from trialbook.publishing.head import kind as kind_of
from trialbook.publishing.pdf import pdf_of
from trialbook.publishing.reading import Prepared, is_course, prepared
from trialbook.publishing.site import Pages, SiteBuilder
from trialbook.publishing.staging import stage
from trialbook.publishing.trials import TrialFacts
from trialbook.report.preview import preview

KINDS = (TABLES, "figures")
PREVIEW = "preview.png"


def assemble(
    edition: Edition,
    book: Book,
    facts: TrialFacts,
    site: SiteBuilder,
    work: Path,
    data: dict[str, str],
    paper: str = "",
    complete: str = "",
) -> Path:
    """Make the folder that is published of an edition.

    Parameters
    ----------
    edition : Edition
        With its executed chapters.
    book, facts, data
        The book, the trial, the hashes of its files.
    site : SiteBuilder
        Builds the pages.
    work : Path
        A folder on the file system of the target, kept from one build to the next.
    paper : str
        The sheets for which a page with the whole book is laid beside the others, to be printed.
    complete : str
        What a table of guarded data says of itself that holds what readers do not see.

    Returns
    -------
    Path
        The new folder, inside `work`.
    """
    names = [chapter.name for chapter in book.chapters if chapter.name in edition.chapters]
    notebooks = {name: edition.chapters[name].text for name in names}
    new = work / "edition"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    rows = collected(notebooks)
    numbers = results_csv(rows)
    pages = {
        name: Prepared(text, (), is_empty=False) if is_course(name) else prepared(text, facts.has)
        for name, text in notebooks.items()
    }
    shown = {name: page.notebook for name, page in pages.items() if not page.is_empty}
    left_out = [chapter.name for chapter in book.chapters if chapter.name not in shown]
    told = about(
        facts,
        remarks={name: pages[name].remarks for name in names},
        left_out=left_out,
        parameters=edition.point.parameters,
        data=data,
        build=edition.key,
        titles=toc_titles(book.toc),
    )
    stage(book, shown, work / "stage", {"book/about_this_build.md": told}, facts.has)
    for name, text in (numbers | exchanged(numbers["ard.csv"], facts)).items():
        (new / name).write_text(text, encoding="utf-8")
    # Beside the pages lies what their readers may see; the complete results stay out of html.
    offered = work / "offered"
    shutil.rmtree(offered, ignore_errors=True)
    exports = [edition.chapters[name].exports for name in names]
    for kind in KINDS:
        _gather([one / kind for one in exports], offered / kind)
        shutil.copytree(offered / kind, new / kind)
    if facts.guarded:
        _gather([one / COMPLETED for one in exports], new / TABLES)
    origin = os.environ[EXPORT_NOTE]
    for tables, foot in ((offered / TABLES, origin), (new / TABLES, complete or origin)):
        if all_tables := appendix(shown, tables, facts, foot):
            (tables / APPENDIX).write_text(all_tables, encoding="ascii")
    readable = results_csv(seen(rows))
    whole = [*readable] if facts.confidential else [*readable, "provenance.json"]
    files = [f"{kind}/{file.name}" for kind in KINDS for file in sorted((offered / kind).iterdir())]
    sources = {f"notebooks/{name}.ipynb": book.root / f"notebooks/{name}.ipynb" for name in shown}
    sources = {name: file for name, file in sources.items() if file.is_file()}
    files += sources
    heading = glued_text(notebooks.get("efficacy", '{"cells": []}'), "answer_heading")
    seconds = site.build(_pages(edition, facts, work, [*files, *whole], paper))
    (work / "html").rename(new / "html")
    if heading:
        picture = new / "figures" / "answer.png"
        drawing = picture.read_bytes() if picture.is_file() else b""
        shown = preview(heading, kind_of(facts.notice), facts.short, drawing)
        (new / "html" / PREVIEW).write_bytes(shown)
    for name, text in notebooks.items():
        file = new / "notebooks" / f"{name}.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    provenance = {
        "trial": facts.id,
        "title": facts.title,
        "notice": facts.notice,
        "built": now(),
        "key": edition.key if edition.is_complete else None,
        "left_out": edition.missing,
        "parameters": edition.point.parameters,
        "chapters": edition.record,
        "data": data,
        "repairs": facts.repairs,
        "paper": paper,
        "cut": facts.cut,
        "package": fingerprint.package_hash(),
        "versions": fingerprint.versions(),
        "seconds": {"pages": round(seconds, 2)},
    }
    text = json.dumps(provenance, indent=1, ensure_ascii=False, sort_keys=True)
    (new / "provenance.json").write_text(text + "\n", encoding="utf-8")
    for name in [*files, *whole]:
        beside = new / "html" / "files" / name
        beside.parent.mkdir(parents=True, exist_ok=True)
        if name in readable:
            beside.write_text(readable[name], encoding="utf-8")
        elif name in sources:
            # as it was written, never as it was executed: its outputs pass no gate
            shutil.copyfile(sources[name], beside)
        else:
            shutil.copyfile((offered if name in files else new) / name, beside)
    return new


def _gather(folders: list[Path], target: Path) -> None:
    """Copy what lies in some folders, as far as they are there, into one."""
    target.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        if folder.is_dir():
            shutil.copytree(folder, target, dirs_exist_ok=True)


def _pages(
    edition: Edition,
    facts: TrialFacts,
    work: Path,
    files: list[str],
    paper: str,
) -> Pages:
    title = " · ".join(filter(None, [facts.title, edition.point.name]))
    overrides = {
        "trialbook_trial": "",
        "trialbook_title": title,
        "trialbook_short": facts.short,
        "trialbook_notice": facts.notice,
        "trialbook_preview": PREVIEW,
        "trialbook_files": files,
        "trialbook_build": edition.key[:LETTERS],
        "trialbook_paper": paper,
        "trialbook_pdf": pdf_of(facts.id) if paper else "",
    }
    return Pages(
        stage=work / "stage",
        html=work / "html",
        doctrees=work / "doctrees",
        overrides=overrides,
        made_by=fingerprint.key(fingerprint.package_hash(), fingerprint.versions()),
        # a page may cite what a chapter that was left out would have given
        strict=not edition.missing,
    )
