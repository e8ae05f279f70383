"""Make the synthetic patients of this folder: ``python data/alms/make_patients.py``.

The same seed gives the same files, byte for byte.
"""

import argparse
import sys
import time
from pathlib import Path

from generator.adam import data_sets, write
from generator.patients import make_patients

FOLDER = Path(__file__).resolve().parent
SEED = 20110


def main(arguments=None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=SEED, help="default %(default)s")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def report(what, done, loss):
        if sys.stderr.isatty():
            text = f"{time.monotonic() - began:5.0f} s  {what}: {done:4.0%}, distance {loss:.3g}"
            print(f"\r{text:<70}", end="", file=sys.stderr, flush=True)

    patients = make_patients(FOLDER, options.seed, report)
    paths = write(data_sets(patients), options.out)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for path in paths:
        print(path)
    print(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
