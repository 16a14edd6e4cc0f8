"""A seeded simulation of processes that share a record, with a virtual clock, database, network and disks."""
