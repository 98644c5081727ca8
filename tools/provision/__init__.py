"""What was ordered, and how it gets into a station: `pilotlight provision`."""
