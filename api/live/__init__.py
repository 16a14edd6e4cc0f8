"""GraphQL subscriptions: each distinct question is evaluated once per change, for all its subscribers."""
