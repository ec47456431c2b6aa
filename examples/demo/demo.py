"""The demonstration behind `make demo`.

Starts a small backend and the gateway, sends real requests, shows each decision and its reason, and
exits with 0 only if every one came out as expected.
"""

import configparser
import http.server
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import botocore.auth
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import functions

HERE = Path(__file__).parent
API, INSIDE, OUTSIDE = "pets12345", "123.4.5.200", "10.1.2.3"


class Backend(http.server.BaseHTTPRequestHandler):
    """Answers every GET with the path it was asked for."""

    def do_GET(self):
        body = json.dumps({"backend": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Gateway:
    """`gatelodge serve` on ports of its own."""

    def __init__(self, state, backend, *options):
        self.state = state
        command = [sys.executable, "-m", "gatelodge", "serve", str(HERE / "api.yaml")]
        command += ["--iam", str(HERE / "account.json"), "--account", "111111111111"]
        command += ["--stage-variable", f"backend={backend}", "--state", str(state)]
        command += ["--data-port", "0", "--aws-port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("  state"):
                break
        else:
            sys.exit("the gateway did not start")
        endpoints = json.loads((state / "endpoints.json").read_text())
        self.url, self.aws = endpoints["data"], endpoints["aws"]

    def run(self, *arguments):
        command = [sys.executable, "-m", "gatelodge", *arguments, "--state", str(self.state)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout

    def key(self, user):
        made = json.loads(self.run("keys", "create", user, "--json"))
        return Credentials(made["AccessKeyId"], made["SecretAccessKey"])

    def client(self, service):
        """botocore for the AWS endpoint, as root of the gateway's account."""
        profiles = configparser.ConfigParser()
        profiles.read(self.state / "credentials")
        return botocore.session.get_session().create_client(
            service,
            region_name="us-east-1",
            endpoint_url=self.aws,
            aws_access_key_id=profiles["gatelodge"]["aws_access_key_id"],
            aws_secret_access_key=profiles["gatelodge"]["aws_secret_access_key"],
        )

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Clock:
    """botocore's clock, which the demonstration can set back."""

    behind = timedelta(0)

    @classmethod
    def now(cls, remove_tzinfo=True):
        time_there = datetime.fromtimestamp(time.time(), UTC) - cls.behind
        return time_there.replace(tzinfo=None) if remove_tzinfo else time_there


class Demonstration:
    """Sends requests and keeps the score."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.wrong = 0

    def show(
        self, title, expected, path, source, credentials=None, tamper=False, behind=0, api=API
    ):
        url = f"{self.gateway.url}/_aws/execute-api/{api}/prod{path}"
        request = AWSRequest("GET", url)
        if credentials is not None:
            Clock.behind = timedelta(seconds=behind)
            SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
            Clock.behind = timedelta(0)
        fields = dict(request.headers.items())
        if tamper:
            value = fields["Authorization"]
            fields["Authorization"] = value[:-1] + ("0" if value[-1] != "0" else "1")
        if source is not None:
            fields["X-Forwarded-For"] = source
        self.judge(title, expected, url, fields)

    def judge(self, title, expected, url, fields):
        """Send a request; say what came of it, and whether that was expected."""
        try:
            answer = urllib.request.urlopen(urllib.request.Request(url, headers=fields))
        except urllib.error.HTTPError as refused:
            answer = refused
        decision = answer.headers["x-gatelodge-decision"]
        reason = json.loads(self.gateway.run("why", decision, "--json"))["reason"]
        right = answer.status == expected[0] and expected[1] in reason
        self.wrong += not right
        print(f"{'ok   ' if right else 'WRONG'} {title}")
        print(f"      {answer.status} GET /prod{url.partition('/prod')[2]}")
        print(f"      why: {reason}")
        if not right:
            print(f"      expected {expected[0]} because of: {expected[1]}")


def main():
    botocore.auth.get_current_datetime = Clock.now
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    backend = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as directory:
        state = Path(directory) / "state"
        failed = behind_a_proxy(state, backend) + without_a_proxy(state, backend)
        failed += through_the_aws_endpoint(state, backend)
        failed += people_who_sign_in(state, backend)
        failed += judged_by_a_function(state, backend)
    print(f"\n{f'{failed} went wrong.' if failed else 'All decisions came out as expected.'}")
    return 1 if failed else 0


def behind_a_proxy(state, backend):
    print("A gateway behind a trusted proxy (X-Forwarded-For is believed):\n")
    gateway = Gateway(state, backend, "--trusted-proxy", "127.0.0.1")
    try:
        demonstration = Demonstration(gateway)
        show = demonstration.show
        alice, mallory = gateway.key("alice"), gateway.key("mallory")
        denied = f"statement 2 denies: aws:SourceIp {OUTSIDE} is not in 123.4.5.0/24"
        show("resource policy: inside the range", (200, "statement 1 allows"), "/pets", INSIDE)
        show("resource policy: outside the range", (403, denied), "/pets", OUTSIDE)
        allowed = "allowed by identity policy call-pets statement 1"
        show("IAM: signed by botocore, allowed", (200, allowed), "/pets/7", INSIDE, alice)
        denied = "identity policy no-calls statement 1 denies"
        show("IAM: signed by botocore, denied", (403, denied), "/pets/7", INSIDE, mallory)
        show("IAM: not signed", (403, "needs a signed request"), "/pets/7", INSIDE)
        tampered = "does not match the signature you provided"
        show("IAM: tampered", (403, tampered), "/pets/7", INSIDE, alice, tamper=True)
        expired = "Signature expired"
        show("IAM: ten minutes old", (403, expired), "/pets/7", INSIDE, alice, behind=600)
        show("unknown route", (403, "nearest: GET /pets"), "/petz", INSIDE)
        return demonstration.wrong
    finally:
        gateway.stop()


def without_a_proxy(state, backend):
    print("\nThe same gateway with no trusted proxy (the header of a stranger is ignored):\n")
    gateway = Gateway(state, backend)
    try:
        demonstration = Demonstration(gateway)
        ignored = f"X-Forwarded-For {INSIDE} was ignored"
        demonstration.show("a forged X-Forwarded-For", (403, ignored), "/pets", INSIDE)
        return demonstration.wrong
    finally:
        gateway.stop()


def people_who_sign_in(state, backend):
    print("\nA user pool: sign-up, sign-in, and an API that takes its ID tokens:\n")
    gateway = Gateway(state, backend)
    try:
        demonstration = Demonstration(gateway)
        idp = gateway.client("cognito-idp")
        pool = idp.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        client = idp.create_user_pool_client(
            UserPoolId=pool["Id"], ClientName="app", ExplicitAuthFlows=flows
        )["UserPoolClient"]["ClientId"]
        api = deploy(gateway, pool["Arn"], backend)
        who = {"ClientId": client, "Username": "ada"}
        email = [{"Name": "email", "Value": "ada@example.com"}]
        idp.sign_up(**who, Password="Enchantress-1", UserAttributes=email)
        message = json.loads((state / "messages.jsonl").read_text().splitlines()[-1])
        print(f"      ada signed up; a code went to {message['to']}")
        idp.confirm_sign_up(**who, ConfirmationCode=message["code"])
        tokens = idp.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": "Enchantress-1"},
        )["AuthenticationResult"]
        print("      ada signed in")
        url = f"{gateway.url}/_aws/execute-api/{api}/prod/me"
        judge = demonstration.judge
        good = {"Authorization": f"Bearer {tokens['IdToken']}"}
        judge("user pool: the ID token", (200, "the ID token is good"), url, good)
        other = {"Authorization": f"Bearer {tokens['AccessToken']}"}
        judge("user pool: the access token", (401, "the method takes an ID token"), url, other)
        judge("user pool: no token", (401, "there is no header field"), url, {})
        return demonstration.wrong
    finally:
        gateway.stop()


def deploy(gateway, pool_arn, backend):
    """Import people.yaml by API Gateway's own operations, and deploy it."""
    document = (HERE / "people.yaml").read_text("utf-8")
    document = document.replace("POOL_ARN", pool_arn).replace("BACKEND", backend)
    apigateway = gateway.client("apigateway")
    api = apigateway.import_rest_api(body=document.encode())["id"]
    apigateway.create_deployment(restApiId=api, stageName="prod")
    return api


def judged_by_a_function(state, backend):
    print("\nA Lambda authorizer and a Lambda backend, deployed as zip packages by botocore:\n")
    gateway = Gateway(state, backend)
    try:
        api = functions.deploy(gateway)
        demonstration = Demonstration(gateway)

        def show(title, expected, path, user):
            fields = {} if user is None else {"Authorization": f"Bearer {user}"}
            url = f"{gateway.url}/_aws/execute-api/{api}/prod{path}"
            demonstration.judge(title, expected, url, fields)

        show("authorizer: asked", (200, "the function was asked for this call"), "/notes", "dora")
        kept = "served from the cached policy, "
        show("authorizer: its policy, kept", (200, kept), "/notes", "dora")
        silent = "no authorizer policy allows this"
        show("authorizer: the kept policy, another method", (403, silent), "/notes/7", "dora")
        denies = "authorizer policy statement 1 denies"
        show("authorizer: an explicit deny", (403, denies), "/notes", "eve")
        stranger = "the function says that the caller is not authenticated"
        show("authorizer: a stranger", (401, stranger), "/notes", "mallory")
        show("authorizer: no token", (401, "was not asked"), "/notes", None)
        print("\n" + gateway.run("cache", "ls").rstrip())
        return demonstration.wrong
    finally:
        gateway.stop()


def through_the_aws_endpoint(state, backend):
    print("\nAn API, a user and a policy made through the AWS endpoint, by botocore:\n")
    gateway = Gateway(state, backend)
    try:
        demonstration = Demonstration(gateway)
        iam, apigateway = gateway.client("iam"), gateway.client("apigateway")
        iam.create_user(UserName="carol")
        key = iam.create_access_key(UserName="carol")["AccessKey"]
        carol = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        api = make_api(apigateway, f"{backend}/toys")

        nothing = "no identity policy has an Allow statement"

        def show(title, expected, credentials=None):
            demonstration.show(title, expected, "/toys", None, credentials, api=api)

        show("edited, and not deployed yet", (403, f"no API '{api}' with a stage 'prod'"), carol)
        apigateway.create_deployment(restApiId=api, stageName="prod")
        show("deployed: not signed", (403, "needs a signed request"))
        show("deployed: signed, without a policy", (403, nothing), carol)
        policy = iam.create_policy(PolicyName="call-toys", PolicyDocument=call_policy(api))
        arn = policy["Policy"]["Arn"]
        iam.attach_user_policy(UserName="carol", PolicyArn=arn)
        allowed = "allowed by identity policy call-toys statement 1"
        show("the policy attached", (200, allowed), carol)
        iam.detach_user_policy(UserName="carol", PolicyArn=arn)
        show("the policy detached: refused at once", (403, nothing), carol)
        return demonstration.wrong
    finally:
        gateway.stop()


def make_api(apigateway, uri):
    made = apigateway.create_rest_api(name="toys")
    toys = apigateway.create_resource(
        restApiId=made["id"], parentId=made["rootResourceId"], pathPart="toys"
    )
    method = {"restApiId": made["id"], "resourceId": toys["id"], "httpMethod": "GET"}
    apigateway.put_method(**method, authorizationType="AWS_IAM")
    apigateway.put_integration(**method, type="HTTP_PROXY", integrationHttpMethod="GET", uri=uri)
    return made["id"]


def call_policy(api):
    resource = f"arn:aws:execute-api:us-east-1:111111111111:{api}/prod/GET/toys"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


if __name__ == "__main__":
    sys.exit(main())
