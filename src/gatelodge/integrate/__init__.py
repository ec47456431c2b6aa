"""Obtain the backend's reply for a permitted request.

Knows API Gateway's integration types and parameter mapping; knows nothing of authorization and
does no I/O: it asks (questions.py).
"""
