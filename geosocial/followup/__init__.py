"""The follow-up: the plan's progress, the figures of the five directions, two editions side by side."""
