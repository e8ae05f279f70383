"""The estimators of `trialbook.survival` beside reference values of R, quantity by quantity."""
