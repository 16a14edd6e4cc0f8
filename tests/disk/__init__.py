"""A disk that fails: a preloaded library counts, fails and records what a process writes to a folder."""
