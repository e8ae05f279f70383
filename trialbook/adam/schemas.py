"""The data dictionary: which variables each data set has, and what must hold for them.

One pandera schema for each data set. The schema is checked after names and types were mended
(`trialbook.adam.tidy`), lazily, so that all that is wrong comes out at once.
"""

import re
from typing import Literal

import pandas as pd
import pandera.pandas as pa

Kind = Literal["text", "flag", "number", "count", "date"]


def _variable(
    kind: Kind, label: str, *checks: pa.Check, needed: bool = False, filled: bool | None = None
) -> pa.Column:
    """Return a variable: its kind, its label, whether it is needed and may be missing in a row.

    `filled` says that no row may lack a value; by default that is so for needed variables.
    """
    return pa.Column(
        title=label,
        checks=list(checks),
        required=needed,
        nullable=not (needed if filled is None else filled),
        metadata={"kind": kind},
    )


def text(label: str, **options) -> pa.Column:
    """Return a variable of text."""
    return _variable("text", label, **options)


def flag(label: str, **options) -> pa.Column:
    """Return a yes/no variable: Y, N or blank."""
    check = pa.Check.isin(["Y", "N"], error="must be Y, N or blank")
    return _variable("flag", label, check, **options)


def number(label: str, **options) -> pa.Column:
    """Return a numeric variable."""
    return _variable("number", label, **options)


def amount(label: str, **options) -> pa.Column:
    """Return a numeric variable that cannot be negative."""
    return _variable("number", label, pa.Check.ge(0, error="must not be negative"), **options)


def date(label: str, **options) -> pa.Column:
    """Return a date."""
    return _variable("date", label, **options)


_CODE = pa.Check(
    lambda codes: (codes >= 0) & (codes == codes.round()),
    error="must be 0 (event) or a whole number above 0 (censored)",
)


def _measured(name: str) -> pa.DataFrameSchema:
    """Return the schema of a data set of values by visit."""
    return pa.DataFrameSchema(
        {
            "USUBJID": text("Patient", needed=True),
            "PARAMCD": text("Parameter, code", needed=True),
            "PARAM": text("Parameter"),
            "AVAL": number("Value", needed=True, filled=False),
            "AVALU": text("Unit of AVAL"),
            "AVISIT": text("Visit"),
            "AVISITN": number("Visit, number"),
            "ADY": number("Day of the measurement"),
            "BASE": number("Value at baseline"),
            "CHG": number("Change from baseline"),
            "ABLFL": flag("Baseline record"),
            "ANRLO": number("Normal range, lower limit"),
            "ANRHI": number("Normal range, upper limit"),
            "ANRIND": text("Below, within or above the normal range"),
            "BNRIND": text("The same at baseline"),
            "ANL01FL": flag("Record chosen for analysis"),
            "DTYPE": text("How a derived record was derived"),
        },
        name=name,
        title="one row per patient, parameter and visit",
    )


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "ADSL": pa.DataFrameSchema(
        {
            "STUDYID": text("Study"),
            "USUBJID": text("Patient, unique in the study", needed=True),
            "SITEID": text("Site"),
            "TRT01P": text("Planned arm", needed=True, filled=False),
            "TRT01PN": number("Planned arm, number"),
            "TRT01A": text("Arm of the treatment taken"),
            "TRT01AN": number("Arm of the treatment taken, number"),
            "RANDFL": flag("Randomized"),
            "ITTFL": flag("In the intention-to-treat population"),
            "PPROTFL": flag("In the per-protocol population"),
            "SAFFL": flag("In the safety population"),
            "AGE": amount("Age"),
            "AGEU": text("Unit of age"),
            "SEX": text("Sex"),
            "RACE": text("Race"),
            "ETHNIC": text("Ethnicity"),
            "REGION1": text("Region"),
            "RANDDT": date("Date of randomization"),
            "TRTSDT": date("First date of treatment"),
            "TRTEDT": date("Last date of treatment"),
            "TRTDURD": amount("Days on treatment"),
            "EOSDT": date("Date of the end of study"),
            "EOSSTT": text("Status at the end of study"),
            "DCSREAS": text("Reason for leaving the study"),
            "EOTSTT": text("Status at the end of treatment"),
            "DCTREAS": text("Reason for stopping the treatment"),
            "DTHFL": flag("Died"),
            "DTHDT": date("Date of death"),
        },
        name="ADSL",
        title="one row per patient",
    ),
    "ADTTE": pa.DataFrameSchema(
        {
            "USUBJID": text("Patient", needed=True),
            "PARAMCD": text("End point, code", needed=True),
            "PARAM": text("End point"),
            "AVAL": number("Time to the event or to censoring", needed=True, filled=False),
            "AVALU": text("Unit of AVAL"),
            "CNSR": _variable(
                "count", "0 event, above 0 censored", _CODE, needed=True, filled=False
            ),
            "EVNTDESC": text("What happened"),
            "CNSDTDSC": text("Why censored"),
            "STARTDT": date("Date from which time counts"),
            "ADT": date("Date of the event or of censoring"),
            "ENTRY": number("Time at which observation begins (delayed entry), in AVAL's unit"),
        },
        name="ADTTE",
        title="one row per patient and end point",
    ),
    "ADAE": pa.DataFrameSchema(
        {
            "USUBJID": text("Patient", needed=True),
            "AEBODSYS": text("System organ class"),
            "AEDECOD": text("Preferred term"),
            "AESER": flag("Serious"),
            "AESEV": text("Severity"),
            "AEREL": text("Related to treatment"),
            "AEACN": text("Action taken with treatment"),
            "AEOUT": text("Outcome"),
            "TRTEMFL": flag("Treatment-emergent"),
            "ASTDT": date("First date of the event"),
            "AENDT": date("Last date of the event"),
        },
        name="ADAE",
        title="one row per adverse event",
    ),
    **{name: _measured(name) for name in ("ADLB", "ADVS", "ADEG")},
    "ADTTER": pa.DataFrameSchema(
        {
            "USUBJID": text("Patient", needed=True),
            "PARAMCD": text("End point, code", needed=True),
            "ASTDY": number("Day on which the interval begins", needed=True),
            "AENDY": number("Day on which the interval ends", needed=True),
            "CNSR": _variable("count", "0 event at its end, above 0 none", _CODE, needed=True),
        },
        name="ADTTER",
        title="one row per patient and recurrent event",
    ),
    "ADDV": pa.DataFrameSchema(
        {
            "USUBJID": text("Patient", needed=True),
            "DVCAT": text("Category of the deviation"),
            "DVDECOD": text("Deviation, coded"),
        },
        name="ADDV",
        title="one row per protocol deviation",
    ),
}

NEEDED = ("ADSL", "ADTTE")


def kind_of(data_set: str, variable: str) -> Kind | None:
    """Return a variable's kind: as the dictionary says, else as ADaM's naming rules do.

    A name that ends in FL is a flag, in DT or DTM a date, in CD, ID or DTC text (ADaM
    Implementation Guide 1.3, section 3.1.1). None where neither says.
    """
    columns = SCHEMAS[data_set].columns
    if variable in columns:
        return columns[variable].metadata["kind"]
    for ending, kind in {"FL": "flag", "DTC": "text", "CD": "text", "ID": "text"}.items():
        if variable.endswith(ending):
            return kind
    return "date" if re.fullmatch(r".+DTM?", variable) else None


def data_dictionary() -> pd.DataFrame:
    """Return the data dictionary as a frame, made from the schemas.

    Returns
    -------
    pandas.DataFrame
        One row per variable: ``data_set``, ``rows`` (what a row is), ``data_set_needed``,
        ``variable``, ``label``, ``kind``, ``needed``, ``rule``.
    """
    return pd.DataFrame(
        [
            {
                "data_set": name,
                "rows": schema.title,
                "data_set_needed": name in NEEDED,
                "variable": variable,
                "label": column.title,
                "kind": column.metadata["kind"],
                "needed": column.required,
                "rule": "; ".join(str(check.error) for check in column.checks),
            }
            for name, schema in SCHEMAS.items()
            for variable, column in schema.columns.items()
        ]
    )
