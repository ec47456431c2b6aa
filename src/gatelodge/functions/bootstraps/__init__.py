"""What runs inside a function's process: programs of their own, which import nothing of gatelodge.

`launch.py` confines the process; `python.py` and `node.mjs` speak the Lambda Runtime API for a
handler.
"""
