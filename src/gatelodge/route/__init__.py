"""Find the method of an API that a request addresses.

Knows paths, host names and the resource tree; knows nothing of callers and policies.
"""
