"""A randomized trial as a living book."""

__version__ = "0.2.0"
