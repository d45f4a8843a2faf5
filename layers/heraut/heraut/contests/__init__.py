"""Contests: their rules, who takes part, a draw that anyone can verify."""
