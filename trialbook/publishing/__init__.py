"""From the chapters' text to a published book: pair, execute, stage, build, publish."""
