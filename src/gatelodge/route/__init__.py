"""Which method of which API does this request address?

Knows paths, host names and the resource tree; knows nothing of callers and policies.
"""
