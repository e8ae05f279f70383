"""What a valid data set is: readers of every format, schemas, repairs and messages."""
