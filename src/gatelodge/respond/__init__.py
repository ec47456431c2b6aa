"""What the caller gets to see: gateway responses, the gateway's own header fields, access logs.

Knows how answers are written; knows nothing of why they were given.
"""
