"""What the models of trial.yml are made of: types of values, the base of all models."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _inside_folder(name: str) -> str:
    """Return a relative path that stays inside the trial's folder."""
    parts = name.replace("\\", "/").split("/")
    if not name.strip() or parts[0] in ("", "~") or ".." in parts or ":" in parts[0]:
        raise ValueError("must name a file inside the trial's folder, without '..'")
    return name


def sequence(value):
    """Return a single value as a list of one: ``values: AZA`` is ``values: [AZA]``."""
    return [value] if isinstance(value, str | int | float) else value


def _positive(value: float) -> float:
    if not 0 < value < float("inf"):
        raise ValueError("must be a number above 0")
    return value


Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
InsideFolder = Annotated[str, AfterValidator(_inside_folder)]
Positive = Annotated[float, AfterValidator(_positive)]
Names = Annotated[tuple[str, ...], BeforeValidator(sequence)]
Proportion = Annotated[float, Field(gt=0, lt=1)]
Digits = Annotated[int, Field(ge=0, le=10)]


class Model(BaseModel):
    """A part of trial.yml: frozen; a key that it does not have is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, use_attribute_docstrings=True
    )
