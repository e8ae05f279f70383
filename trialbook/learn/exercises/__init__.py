"""The exercises of each chapter: data, no notebook reads them but through `Lesson`."""
