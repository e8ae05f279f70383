"""The book's figures: `plot_*` functions return a `Drawing`, or None where there is nothing."""
