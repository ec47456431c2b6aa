"""API Gateway's control plane: REST APIs as documents, edited one by one, and made live together.

Nothing that is edited is served before CreateDeployment. Knows AWS's operations and shapes; how a
published API is authorized and served is for other rooms.
"""
