"""Eight writers at once: nothing that was acknowledged is lost."""

from concurrent.futures import ThreadPoolExecutor

from tests.control.iam.calls import allowing

WRITERS, EACH = 8, 12


def test_no_update_is_lost(gateway, root, name):
    """Each writer adds its own policies and tags to the same user, and makes users of its own."""
    root.create_user(UserName=name)

    def write(writer):
        client = gateway.client("iam")
        for number in range(EACH):
            mine = f"{name}-{writer}-{number}"
            if number < 2:
                client.put_user_policy(
                    UserName=name, PolicyName=mine, PolicyDocument=allowing("a:b")
                )
            if number < 6:
                client.tag_user(UserName=name, Tags=[{"Key": mine, "Value": "x"}])
            client.create_user(UserName=mine, Path=f"/{name}/")

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    policies = root.list_user_policies(UserName=name)["PolicyNames"]
    assert len(policies) == WRITERS * 2
    assert len(root.list_user_tags(UserName=name)["Tags"]) == WRITERS * 6
    assert len(root.list_users(PathPrefix=f"/{name}/")["Users"]) == WRITERS * EACH


def test_one_name_is_given_once(gateway, name):
    def create(number):
        try:
            gateway.client("iam").create_user(UserName=name if number % 2 else name.upper())
        except gateway.client("iam").exceptions.EntityAlreadyExistsException:
            return 0
        return 1

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sum(pool.map(create, range(WRITERS))) == 1
