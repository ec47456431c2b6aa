"""The control plane: AWS's operations, one small function each, under AWS's own names.

Members keep AWS's spelling from the wire to the store. Paths, types and statuses come from
botocore's service models; who may call what is decided by the sigv4 and iam rooms. Knows no
sockets: a door hands over requests. Services do not know each other.
"""
