"""One customer before a talk: what is known of whom, what was said last, what is still open."""
