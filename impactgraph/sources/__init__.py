"""Live sources: Kafka topics, PostgreSQL queries, folders and webhooks, followed into the store."""
