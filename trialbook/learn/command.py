"""``trialbook learn``: the course's notebooks for students and teachers, and their marking."""

import shutil
from pathlib import Path

from trialbook.adam.problems import counted_noun
from trialbook.learn import derive
from trialbook.learn import grade as marking
from trialbook.learn.lesson import Lesson
from trialbook.messages import UsageError
from trialbook.publishing.book import Book, find_book
from trialbook.publishing.pairing import as_json, read_notebook
from trialbook.safe import patients_shown
from trialbook.trial import load_trial

FOLDER = "learn"
DATA = "data"
FOR_TEACHERS = "teaching"  # the one page of the course that no student's copy has


def chapters(book: Book) -> list[Path]:
    """Return the texts of the course's chapters, in the order of the book."""
    return [one.source for one in book.chapters if Path(one.name).parent.name == FOLDER]


def write_notebooks(
    book: Book, folder: Path, trial: Path, *, for_teachers: bool, seed: int | None
) -> list[Path]:
    """Write the course's notebooks into a folder, with the trial's data beside them.

    Of a confidential trial the patients are not copied: the ten patients stand in.

    Parameters
    ----------
    book : Book
    folder : Path
        Made, if it is not there. What is in it already is overwritten, nothing else touched.
    trial : Path
        The trial's folder.
    for_teachers : bool
        Solutions and notes, or blank answers.
    seed : int or None
        Draws other ten patients.

    Returns
    -------
    list of Path
        The notebooks.
    """
    study = load_trial(trial)
    folder.mkdir(parents=True, exist_ok=True)
    values = {"trial": _data_beside(study, folder), "seed": seed}
    written = []
    for path in chapters(book):
        if path.stem == FOR_TEACHERS and not for_teachers:
            continue
        notebook = read_notebook(path.read_text(encoding="utf-8"))
        if for_teachers:
            lesson = Lesson(path.stem, study, seed)
            derived = derive.teacher(notebook, values, lesson)
        else:
            derived = derive.student(notebook, values)
        target = folder / f"{path.stem}.ipynb"
        target.write_text(as_json(derived), encoding="utf-8")
        written.append(target)
    return written


def _data_beside(study, folder: Path) -> str | None:
    """Copy a trial's data sets beside the notebooks; return where they are, None where not."""
    if not patients_shown(study):
        return None
    target = folder / DATA / study.id
    target.mkdir(parents=True, exist_ok=True)
    for name in ("trial.yml", *study.files):
        shutil.copy2(study.folder / name, target / name)
    # what trial.yml names must be there, or it is refused
    for path in filter(None, (study.notes, study.published, study.evidence, study.seeds)):
        beside = target / path.relative_to(study.folder)
        if path.is_dir():
            shutil.copytree(path, beside, dirs_exist_ok=True)
        else:
            beside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, beside)
    return f"{DATA}/{study.id}"


def run(
    student: Path | None,
    teacher: Path | None,
    grade: Path | None,
    trial: Path,
    seed: int | None,
    table: Path | None,
    timeout: float,
) -> str:
    """Do what ``trialbook learn`` was asked to; return what to say.

    Raises
    ------
    UsageError
        None, or more than one, of the three was asked for.
    """
    if sum(folder is not None for folder in (student, teacher, grade)) != 1:
        raise UsageError("Say one of --student DIR, --teacher DIR and --grade DIR.")
    book = find_book()
    if grade is not None:
        found = marking.marks(chapters(book), grade, trial, seed, timeout)
        if table is not None:
            found.to_csv(table, index=False)
        return marking.summary(found)
    folder = student or teacher
    assert folder is not None  # one of the three is given
    for_teachers = teacher is not None
    written = write_notebooks(book, folder, trial, for_teachers=for_teachers, seed=seed)
    return (
        f"{counted_noun(len(written), 'notebook')} in {folder}. Open them with JupyterLab: "
        f"pip install jupyterlab, then jupyter lab {folder}"
    )
