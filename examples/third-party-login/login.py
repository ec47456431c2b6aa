"""Sign in at the provider by the code flow with PKCE, as an app does, and print an access token.

    python login.py ISSUER USER [RESOURCE]

With a RESOURCE (https://api.example.com) the token is a signed JWT, without one it is opaque.
"""

import base64
import hashlib
import http.cookiejar
import json
import re
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request

CALLBACK = "http://127.0.0.1:9/callback"


class StopAtCallback(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, file, code, message, headers, url):
        if url.startswith(CALLBACK):
            raise ArrivedError(url)
        return super().redirect_request(request, file, code, message, headers, url)


class ArrivedError(Exception):
    """The browser came back to the app."""


def sign_in(issuer, user, resource=None):
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar, StopAtCallback())
    found = json.load(browser.open(f"{issuer}/.well-known/openid-configuration"))
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    query = {
        "client_id": "app",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid books",
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    if resource:
        query["resource"] = resource
    try:
        page = browser.open(f"{found['authorization_endpoint']}?{urllib.parse.urlencode(query)}")
        for form in ({"prompt": "login", "login": user, "password": "x"}, {"prompt": "consent"}):
            action = re.search(r'action="([^"]+)"', page.read().decode())[1]
            page = browser.open(
                urllib.parse.urljoin(issuer, action), urllib.parse.urlencode(form).encode()
            )
        raise SystemExit("the provider did not come back")
    except ArrivedError as arrived:
        back = urllib.parse.parse_qs(urllib.parse.urlsplit(str(arrived)).query)
    exchange = {
        "grant_type": "authorization_code",
        "client_id": "app",
        "code": back["code"][0],
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
    }
    if resource:
        exchange["resource"] = resource
    body = urllib.parse.urlencode(exchange).encode()
    return json.load(browser.open(found["token_endpoint"], body))["access_token"]


if __name__ == "__main__":
    print(sign_in(*sys.argv[1:]))
