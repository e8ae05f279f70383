"""The search for patients whose analysis prints given figures: it knows no trial.

``targets`` says what a number must be so that it prints the same, ``moments`` and ``two_arm`` keep
up with means, counts, hazard ratios and P values after each of many candidate changes, ``anneal``
searches. What a trial makes of it (its arms, end points, courses) stands beside its data.
"""
