"""What people already have, as files: API exports and account authorization details.

Reads and checks; what is wrong is told with file and JSON pointer. Knows no processes and no wire.
"""
