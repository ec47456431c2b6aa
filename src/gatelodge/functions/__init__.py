"""Lambda functions: packages, the Lambda Runtime API, bootstraps, worker processes.

Knows what a function is, how its process is started, spoken to, bounded and ended; knows no HTTP
API, no caller and no policy. Source: AWS Lambda Developer Guide; reference: control-plane.md 7.
"""
