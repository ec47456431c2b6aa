// Somebody else's login: a certified OpenID provider with two users. Prints its issuer when it serves.
//
// Access tokens for the API (resource=https://api.example.com) are signed JWTs; without a resource
// they are opaque, and only the provider can tell what they mean.

import http from "node:http";

import Provider from "oidc-provider";

const users = { alice: ["staff", "readers"], bob: ["readers"] };
const api = "https://api.example.com";
const lifetime = Number(process.env.TOKEN_SECONDS ?? 300);
const server = http.createServer();
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  const issuer = process.env.ISSUER ?? `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "app", token_endpoint_auth_method: "none",
        redirect_uris: ["http://127.0.0.1:9/callback"],
        grant_types: ["authorization_code"], response_types: ["code"], application_type: "native",
      },
      {
        client_id: "authorizer", client_secret: process.env.AUTHORIZER_SECRET ?? "authorizer-secret",
        redirect_uris: [], grant_types: [], response_types: [],
      },
    ],
    cookies: { keys: ["demo"] },
    pkce: { required: () => true },
    scopes: ["openid", "books"],
    ttl: { AccessToken: lifetime },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    extraTokenClaims: (_, token) => ({ groups: users[token.accountId] ?? [] }),
    features: {
      devInteractions: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async (_, client) => client.clientId === "authorizer" },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: api, scope: "books", accessTokenFormat: "jwt", accessTokenTTL: lifetime,
        }),
      },
    },
  });
  server.on("request", provider.callback());
  console.log(`issuer ${issuer}`);
});
