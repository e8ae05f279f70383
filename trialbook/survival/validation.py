"""What goes into an estimator: arrays, checked once, with errors that say what to do.

Every public estimator passes its arrays through here first. A value that cannot be analysed is a
`ValueError` that names the argument, counts the values, gives the first positions and the remedy;
nothing is dropped or repaired in silence.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

SHOWN = 5  # positions named in a message


def _refuse(name: str, bad: np.ndarray, what: str, remedy: str) -> None:
    """Raise ValueError when any element of the mask `bad` is true."""
    n = int(np.count_nonzero(bad))
    if not n:
        return
    positions = ", ".join(str(i) for i in np.flatnonzero(bad)[:SHOWN])
    more = ", ..." if n > SHOWN else ""
    values = "1 value is" if n == 1 else f"{n} values are"
    raise ValueError(f"{name}: {values} {what} (position {positions}{more}, from 0); {remedy}.")


def as_numbers(values: ArrayLike, name: str) -> np.ndarray:
    """Return `values` as a one-dimensional float array of finite numbers.

    Raises
    ------
    ValueError
        If it is empty, not one-dimensional, not numeric, missing or infinite.
    """
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}: must be numbers, got {np.asarray(values).dtype} values such as "
            f"{np.asarray(values).ravel()[:1].tolist()}; convert them first."
        ) from None
    if numbers.ndim != 1:
        raise ValueError(
            f"{name}: must be one-dimensional, one value per patient; got shape {numbers.shape}."
        )
    if numbers.size == 0:
        raise ValueError(f"{name}: is empty; give at least one patient.")
    if not np.isfinite(numbers).all():
        _refuse(name, np.isnan(numbers), "missing (NaN)", "leave these patients out first")
        _refuse(name, np.isinf(numbers), "infinite", "censor at the end of follow-up instead")
    return numbers


def same_length(name: str, n_values: int, n: int) -> None:
    """Raise ValueError unless `name` has one value for each of the `n` patients."""
    if n_values != n:
        raise ValueError(
            f"{name}: has {n_values} values but time has {n}; give one value per patient."
        )


def as_times(time: ArrayLike, name: str = "time") -> np.ndarray:
    """Return follow-up times as a float array: finite, not negative, zero allowed."""
    times = as_numbers(time, name)
    if times.min() < 0:
        _refuse(name, times < 0, "negative", "count from randomization (day 0 or 1)")
    return times


def as_flags(values: ArrayLike, n: int, name: str = "event") -> np.ndarray:
    """Return 0/1 or False/True as a boolean array of length `n`."""
    flags = np.asarray(values)
    if flags.dtype != bool:
        flags = as_numbers(values, name)
        _refuse(
            name,
            (flags != 0) & (flags != 1),
            "neither 0 nor 1",
            "code 1 (or True) for yes, 0 (or False) for no",
        )
        flags = flags == 1
    if flags.ndim != 1:
        raise ValueError(f"{name}: must be one-dimensional; got shape {flags.shape}.")
    same_length(name, flags.size, n)
    return flags


def as_causes(cause: ArrayLike, n: int, name: str = "cause") -> np.ndarray:
    """Return causes as integers: 0 censored, 1 the event, 2 and up the competing ones."""
    numbers = as_numbers(cause, name)
    same_length(name, numbers.size, n)
    _refuse(
        name,
        (numbers < 0) | (numbers != np.floor(numbers)),
        "not whole numbers from 0",
        "code 0 censored, 1 the event, 2, 3, ... the competing events",
    )
    return numbers.astype(int)


def as_labels(values: ArrayLike, n: int, name: str = "group") -> tuple[np.ndarray, np.ndarray]:
    """Return integer codes of length `n` and the sorted labels that they stand for.

    A pandas categorical keeps the order of its categories; those without patients are left out.
    """
    categorical = getattr(values, "cat", values)  # of a Series; its values are one themselves
    codes, categories = (getattr(categorical, one, None) for one in ("codes", "categories"))
    if codes is not None and categories is not None:
        codes, labels = np.asarray(codes), np.asarray(categories)
        same_length(name, codes.size, n)
        _refuse(name, codes < 0, "missing", "leave these patients out first")
        used, codes = np.unique(codes, return_inverse=True)
        return codes, labels[used]
    labels = np.asarray(values)
    if labels.ndim != 1:
        raise ValueError(f"{name}: must be one-dimensional; got shape {labels.shape}.")
    same_length(name, labels.size, n)
    if labels.dtype != object:
        _refuse(name, labels != labels, "missing", "leave these patients out first")
        uniques, codes = np.unique(labels, return_inverse=True)
        return codes, uniques
    # objects (text, mostly) are hashed: sorting a million of them would take a second
    listed = labels.tolist()
    distinct = set(listed)
    missing = {value for value in distinct if _is_missing(value)}
    if missing:
        gone = np.fromiter((_is_missing(value) for value in listed), dtype=bool, count=n)
        _refuse(name, gone, "missing", "leave these patients out first")
    try:
        ordered = sorted(distinct)
    except TypeError:  # numbers beside text
        ordered = sorted(distinct, key=lambda value: (isinstance(value, str), str(value)))
    code_of = {value: code for code, value in enumerate(ordered)}
    codes = np.fromiter(map(code_of.__getitem__, listed), dtype=np.intp, count=n)
    uniques = np.empty(len(ordered), dtype=object)
    uniques[:] = ordered
    return codes, uniques


def _is_missing(value: object) -> bool:
    """Tell None, NaN, NaT and pandas' NA (whose comparison is no truth value) from a label."""
    try:
        return value is None or bool(value != value)
    except TypeError:
        return True


def as_groups(values: ArrayLike, n: int, name: str = "group") -> tuple[np.ndarray, np.ndarray]:
    """Return codes and labels as `as_labels`, of two groups or more."""
    codes, labels = as_labels(values, n, name)
    if labels.size < 2:
        raise ValueError(
            f"{name}: all {n} patients are in {str(labels[0])!r}; a comparison needs two groups."
        )
    return codes, labels


def as_treated(treated: ArrayLike, n: int) -> np.ndarray:
    """Return the treatment flag as a boolean array; both arms must have patients."""
    flags = as_flags(treated, n, "treated")
    if flags.all() or not flags.any():
        raise ValueError(
            f"treated: the {'control' if flags.all() else 'treated'} arm is empty; "
            "a comparison needs patients in both arms."
        )
    return flags


def as_weights(weights: ArrayLike | None, n: int) -> np.ndarray | None:
    """Return case weights as positive floats, or None."""
    if weights is None:
        return None
    numbers = as_numbers(weights, "weights")
    same_length("weights", numbers.size, n)
    _refuse("weights", numbers <= 0, "not positive", "leave out patients of weight 0")
    return numbers


def as_entry(entry: ArrayLike | None, time: np.ndarray) -> np.ndarray | None:
    """Return entry times (left truncation) as floats before `time`, or None."""
    if entry is None:
        return None
    numbers = as_numbers(entry, "entry")
    same_length("entry", numbers.size, time.size)
    _refuse("entry", numbers >= time, "not before time", "entry must come before the exit")
    return numbers


def as_covariates(
    X: ArrayLike, n: int, names: tuple[str, ...] | list[str] | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return covariates as a float matrix (n, p) and one name for each column.

    Names come from `names`, else from a DataFrame's or Series' own, else ``x1, x2, ...``.
    """
    if names is None and (columns := getattr(X, "columns", None)) is not None:
        names = [str(column) for column in columns]
    elif names is None and (name := getattr(X, "name", None)) is not None:
        names = [str(name)]
    try:
        matrix = np.asarray(X, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            "X: must be numbers; code categories as 0/1 columns, one for each level but the first."
        ) from None
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise ValueError(f"X: must have shape (n,) or (n, p); got {np.shape(X)}.")
    same_length("X", matrix.shape[0], n)
    if names is None:
        names = [f"x{j + 1}" for j in range(matrix.shape[1])]
    if len(names) != matrix.shape[1] or len(set(names)) != len(names):
        raise ValueError(
            f"names: {list(names)} must be {matrix.shape[1]} different names, one per column of X."
        )
    if not np.isfinite(matrix).all():
        for column, name in zip(matrix.T, names, strict=True):
            _refuse(f"X, {name}", ~np.isfinite(column), "missing or infinite", "leave them out")
    return matrix, tuple(names)


def as_time_point(value: float, name: str = "tau") -> float:
    """Return a positive, finite time point, `tau` say."""
    number = float(value)
    if not np.isfinite(number) or number <= 0:
        raise ValueError(f"{name}: must be a positive time, got {value}.")
    return number


def one_of(value: str, allowed: tuple[str, ...], name: str) -> str:
    """Return `value` if it is one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{name}: must be one of {', '.join(allowed)}; got {value!r}.")
    return value


def check_conf_level(conf_level: float) -> None:
    """Raise ValueError unless `conf_level` lies between 0 and 1."""
    if not 0 < conf_level < 1:
        raise ValueError(f"conf_level: must lie between 0 and 1 (0.95 say), got {conf_level}.")


def normal_quantile(conf_level: float) -> float:
    """Return z such that a normal variable lies within ±z with probability `conf_level`."""
    check_conf_level(conf_level)
    return float(ndtri((1 + conf_level) / 2))


def wald_p_value(estimate: float, std_error: float) -> float:
    """Return the two-sided P value of Wald's test against 0, NaN without a standard error."""
    return float(2 * ndtr(-abs(estimate) / std_error)) if std_error > 0 else np.nan


def common_tau(treated: float, control: float) -> float:
    """Return the horizon of two arms; ValueError where they have not the same."""
    if treated != control:
        raise ValueError(
            f"tau: {treated:g} in the treated arm but {control:g} in control; use one."
        )
    return treated
