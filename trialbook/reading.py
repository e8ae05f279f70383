"""What the user said of how the files are to be read, where they do not show it themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Epoch = Literal["sas", "excel", "unix"]


@dataclass(frozen=True)
class Reading:
    """How files are read.

    Attributes
    ----------
    decimal : str or None
        The mark before decimals in text.
    dates : str or None
        Who counted the dates that are numbers: ``"sas"`` (days since 1960), ``"excel"`` or
        ``"unix"`` (as R does, since 1970).
    encoding : str or None
        The encoding of text files that are not UTF-8.
    sheet : str or None
        The sheet of a workbook.
    values : mapping
        What stands in the files to what it means: to Y or N in every flag, or, by the name of a
        variable, a map for it alone.
    """

    decimal: str | None = None
    dates: Epoch | None = None
    encoding: str | None = None
    sheet: str | None = None
    values: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    def meaning(self, variable: str, kind: str | None) -> dict[str, str]:
        """Return what the values of a variable mean, by their small letters."""
        maps = {name.casefold(): of for name, of in self.values.items() if not isinstance(of, str)}
        meant = maps.get(variable.casefold())
        if meant is None and kind == "flag":
            meant = {value: of for value, of in self.values.items() if isinstance(of, str)}
        return {value.strip().casefold(): of for value, of in (meant or {}).items()}
