"""Why orders are late or stuck, concluded from what orders and records show, without an alert."""
