"""The record in a Neo4j database that many processes share; each has a replica of the log and its columns."""
