"""May this caller do this? The order of checks, the mechanisms, and the decision.

Knows API Gateway's authorization workflow; knows nothing of sockets, stores or backends: what it
lacks it asks for (questions.py).
"""
