"""Tables, figures and sentences from results frames; nothing is computed here."""
