"""Markup of libraries that a screen reader stumbles over is mended."""

import pytest

from trialbook.publishing.sphinx_extension import mend_markup


@pytest.mark.parametrize(
    "corner", ["<th></th>", "<th> </th>", '<th class="blank level0" >&nbsp;</th>']
)
def test_a_heading_that_heads_nothing_is_a_cell(corner):
    context = {"body": f"<tr>{corner}<th>month</th></tr>"}
    mend_markup(None, "", "", context, None)
    assert context["body"] == "<tr><td></td><th>month</th></tr>"
