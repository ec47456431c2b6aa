"""Who answers the engine's questions: keys, backends, caches, and the book of decisions.

Knows sockets, clocks and the store; knows no doors.
"""
