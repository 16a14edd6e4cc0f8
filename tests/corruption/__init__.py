"""Damage to the files of a store, and what an opened store then says."""
