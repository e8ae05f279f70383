"""Synthetic patients whose analysis prints the figures of a paper.

The way of a patient through this package:

``structure``   who has which events and how the study ended for them: counts, fixed first
``courses``     on which days it happened: searched, inside the order that the clinic imposes
``baseline``    who they were when they were randomized: searched column by column
``exposure``    what they took: searched
``adverse_events``, ``laboratory``   drawn around the course, counts exact
``adam``        everything as ADaM data sets

``targets`` turns printed figures into intervals, ``anneal`` searches, ``two_arm`` and ``moments``
measure thousands of candidate changes at once. None of these three knows the trial.
"""
