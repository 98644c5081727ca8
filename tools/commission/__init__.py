"""`pilotlight commission`: a technician's acceptance of a charge point, and its signed report."""
