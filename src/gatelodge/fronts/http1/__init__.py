"""The data plane's own door: HTTP/1.1 on uvloop, parsed by llhttp.

Source: RFC 9110 and 9112. Knows sockets and their limits; knows nothing of APIs or callers.
"""
