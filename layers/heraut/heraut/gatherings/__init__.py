"""Events that a brand holds at an hour: questions and answers live, and people who come to a place."""
