"""The .ipynb twins are derived from the text, byte for byte."""

import json
import subprocess
import sys

from trialbook.publishing.pairing import (
    as_json,
    orphan_twins,
    read_notebook,
    stale_twins,
    twins_of,
)


def test_the_same_text_gives_the_same_bytes_in_another_process(clone):
    text = clone / "notebooks" / "one.md"
    script = (
        "import sys; from pathlib import Path; from trialbook.publishing.pairing import *;"
        "sys.stdout.write(as_json(read_notebook(Path(sys.argv[1]).read_text())))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script, text], capture_output=True, text=True, check=True
    )
    assert other.stdout == as_json(read_notebook(text.read_text(encoding="utf-8")))


def test_a_twin_has_a_kernel_no_outputs_and_different_ids(clone):
    text = clone / "notebooks" / "two.md"
    text.write_text(text.read_text() + "\n```{code-cell} ipython3\nties\n```\n", encoding="utf-8")
    notebook = json.loads(as_json(read_notebook(text.read_text(encoding="utf-8"))))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert notebook["metadata"]["kernelspec"]["language"] == "python"
    assert [cell["outputs"] for cell in code] == [[], [], []]
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert [cell["source"] for cell in code[1:]] == [["ties"], ["ties"]]


def test_a_change_in_one_cell_leaves_the_other_ids_alone(clone):
    text = clone / "notebooks" / "one.md"
    before = [cell["id"] for cell in read_notebook(text.read_text(encoding="utf-8")).cells]
    text.write_text(text.read_text().replace("Who takes part?", "Who?"), encoding="utf-8")
    after = [cell["id"] for cell in read_notebook(text.read_text(encoding="utf-8")).cells]
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_pair_writes_what_check_then_accepts_and_removes_what_has_no_text(clone, commands):
    assert commands("pair", "--check", cwd=clone).code == 1
    assert commands("pair", cwd=clone).code == 0
    assert commands("pair", "--check", cwd=clone).code == 0
    texts = sorted((clone / "notebooks").glob("*.md"))
    derived = twins_of(texts, clone)
    assert stale_twins(derived) == []
    twin = clone / "notebooks" / "one.ipynb"
    twin.write_text(twin.read_text().replace("0.95", "0.9"), encoding="utf-8")
    orphan = clone / "notebooks" / "three.ipynb"
    orphan.write_text("{}", encoding="utf-8")
    assert [path for path, _ in stale_twins(derived)] == [twin]
    assert orphan_twins(derived, clone / "notebooks") == [orphan]
    finished = commands("pair", "--check", cwd=clone)
    assert finished.code == 1
    assert "notebooks/one.ipynb" in finished.out
    assert commands("pair", cwd=clone).code == 0
    assert not orphan.exists()
