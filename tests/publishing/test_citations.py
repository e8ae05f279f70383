from types import SimpleNamespace

import pytest

from trialbook.publishing.citations import link_citations
from trialbook.report.output import cited


def entry(names, year):
    people = [SimpleNamespace(prelast_names=[], last_names=[name]) for name in names]
    return SimpleNamespace(persons={"author": people}, fields={"year": year})


def shown(body, **entries):
    citations = [
        SimpleNamespace(
            key=key, entry=entry(*of), citation_id=f"id{i}",
            bibliography_key=SimpleNamespace(docname="book/references"),
        )
        for i, (key, of) in enumerate(entries.items())
    ]  # fmt: skip
    domain = SimpleNamespace(citations=citations)
    app = SimpleNamespace(env=SimpleNamespace(get_domain={"cite": domain}.get))
    context = {"body": body, "pathto": lambda docname: f"../{docname}.html"}
    link_citations(app, "book/index", "page.html", context, None)
    return context["body"]


@pytest.mark.parametrize(("names", "said"), [("A", "A"), ("AB", "A and B"), ("ABC", "A et al.")])
def test_html_cites_as_the_chapters_do(names, said):
    body = shown(f"The paper {cited('key2011')} printed", key2011=(names, "2011"))
    link = f'<a href="../book/references.html#id0">[{said}, 2011]</a>'
    assert body == f"The paper {link} printed"


def test_what_is_not_listed_is_not_cited():
    assert shown(f"The paper{cited('other')}", key2011=("A", "2011")) == "The paper"
    assert cited(None) == ""
