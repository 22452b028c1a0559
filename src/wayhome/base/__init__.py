"""Values that everyone speaks in: errors, quantities, places, projections, rasters, sources.

Imports nothing of ours. This file stays empty of imports so that `case` loads in milliseconds.
"""
