"""What the events add up to: registers that commute, folded with numpy. Knows no database, so that every store gives the same state."""
