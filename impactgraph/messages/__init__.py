"""Messages to customers: texts by kind and language, and moments in the customer's time zone."""
