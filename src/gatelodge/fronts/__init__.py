"""The doors: each translates its wire to and from the values of the engine.

Doors do not know each other.
"""
