"""Why orders are stuck: found from what should have happened, not from an alert."""
