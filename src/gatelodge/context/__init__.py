"""The condition keys of one request, read from the request and nowhere else.

Knows which keys API Gateway supplies (reference: resource-policy.md section 2); knows no policies.
"""
