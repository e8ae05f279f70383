"""Hashes of files that nobody may guess: keyed with a secret that stays in the store of a build.

Whoever knows the form of a small file, two protocol deviations say, tries all contents until the
plain hash is met. Without the secret that is of no use, and the same file keeps the same hash in
every build of the store.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook.safe.words import patients_shown

if TYPE_CHECKING:
    from trialbook.trial import Trial

# The environment variable by which a build hands its secret to the chapters.
SECRET = "TRIALBOOK_SECRET"


def secret_of(store: Path) -> str:
    """Return the secret of a store, made where there is none; no other user may read it."""
    file = store / "secret"
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        text = secrets.token_hex(32)
        store.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(text, encoding="ascii")
        return text


def keyed(digest: str, secret: str) -> str:
    """Return a hash that only the holder of the secret can make of another.

    >>> keyed("ab" * 32, "one") == keyed("ab" * 32, "two")
    False
    """
    return hmac.new(secret.encode(), digest.encode(), "sha256").hexdigest()


def shown_hashes(trial: "Trial") -> tuple[str, dict[str, str]]:
    """Return what the hashes of a trial's files are called, and those that may be shown.

    Returns
    -------
    name : str
    hashes : dict
        File to hash; empty where patients are not shown and no build gave a secret.
    """
    if patients_shown(trial):
        return "SHA-256", dict(trial.files)
    secret = os.environ.get(SECRET)
    if not secret:
        return "", {}
    return "Keyed SHA-256", {name: keyed(one, secret) for name, one in trial.files.items()}
