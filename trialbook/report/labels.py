"""How codes of the data read: submission values in capitals become words, flags become yes."""

import re

SEX = {"M": "Male", "F": "Female", "U": "Unknown"}
FLAGS = {"Y": "Yes", "N": "No"}
# Of the preferred terms of MedDRA; other words of such a term are small.
_ABBREVIATIONS = {"AV", "COVID-19", "DNA", "ECG", "HIV", "PR", "QRS", "QT", "RNA", "ST", "T"}
_TITLE = re.compile(r"[A-Z][a-z]+(?: (?:[A-Z][a-z]+|[a-z]+|[A-Z][a-z]+-[a-z]+))* [A-Z][a-z]+")
_SMALL = {"and", "or", "of", "not", "the", "in", "to", "for", "with", "by", "due"}


def covariate_label(labels: dict[str, str], term: str) -> str:
    """Return a term of a model, or a subgroup, in words: its variable's label and its category.

    >>> covariate_label({"SEX": "Sex", "AGE": "Age, yr"}, "SEX=F")
    'Sex: Female'
    >>> covariate_label({"SEX": "Sex", "AGE": "Age, yr"}, "AGE")
    'Age, yr'
    """
    variable, _, level = term.partition("=")
    label = labels.get(variable, variable)
    return f"{label}: {level_label(variable, level)}" if level else label


def level_label(variable: str, level: str) -> str:
    """Return a category as it reads in a table.

    Only values in capitals throughout are changed, and abbreviations of up to four letters
    stay.

    >>> level_label("RACE", "BLACK OR AFRICAN AMERICAN"), level_label("SEX", "F")
    ('Black or African American', 'Female')
    >>> level_label("INDTRT", "MMF"), level_label("BIOCLASS", "IV or IV+V")
    ('MMF', 'IV or IV+V')
    >>> level_label("AGEGR1", ">=65")
    '≥65'
    """
    if variable == "SEX" and level in SEX:
        return SEX[level]
    if level in FLAGS:
        return FLAGS[level]
    if not _shouted(level):
        words = level.replace(">=", "≥").replace("<=", "≤").split(" ")
        return " ".join([words[0], *(w.lower() if w.lower() in _SMALL else w for w in words[1:])])
    words = [
        word.lower() if word.lower() in _SMALL else word.capitalize() for word in level.split()
    ]
    return " ".join([words[0].capitalize(), *words[1:]])


def term_label(term: str) -> str:
    """Return an event term or a reason as it reads in a sentence case.

    >>> term_label("SYSTEMIC LUPUS ERYTHEMATOSUS"), term_label("Nausea")
    ('Systemic lupus erythematosus', 'Nausea')
    >>> term_label("ELECTROCARDIOGRAM QT PROLONGED"), term_label("Withdrew Consent")
    ('Electrocardiogram QT prolonged', 'Withdrew consent')
    """
    if not _shouted(term, 3) and not _TITLE.fullmatch(term):
        return term
    words = [word if word in _ABBREVIATIONS else word.lower() for word in term.upper().split(" ")]
    return " ".join([words[0] if words[0] in _ABBREVIATIONS else words[0].capitalize(), *words[1:]])


def _shouted(text: str, abbreviation: int = 4) -> bool:
    """Return whether text is in capitals and longer than an abbreviation."""
    letters = re.sub(r"[^A-Za-z]", "", text)
    return text == text.upper() and (len(letters) > abbreviation or " " in text.strip())
