"""Standard objects made of a measurement: a segmentation of the nerve, and a structured report."""
