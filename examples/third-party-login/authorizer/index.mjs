// Verifies a token of somebody else's login, and answers what its user's groups may do.
//
// A signed token (JWT) is verified with the keys that the provider publishes; an opaque one by asking
// the provider. Needs nothing but Node.js, and runs unchanged on AWS Lambda.

import crypto from "node:crypto";

const issuer = process.env.ISSUER;
const audience = process.env.AUDIENCE;
const leeway = Number(process.env.LEEWAY ?? 5);
let discovered;
let keys;

export const handler = async (event) => {
  const token = /^Bearer (\S+)$/i.exec(event.authorizationToken)?.[1];
  if (!token) throw new Error("Unauthorized");
  const claims = token.split(".").length === 3 ? await verify(token) : await introspect(token);
  const stage = event.methodArn.split("/").slice(0, 2).join("/");
  return {
    principalId: claims.sub,
    policyDocument: { Version: "2012-10-17", Statement: statements(claims.groups ?? [], stage) },
    context: { groups: (claims.groups ?? []).join(",") },
  };
};

// What each group may do; somebody in no group may do nothing.
function statements(groups, stage) {
  const allow = (...resources) => ({ Effect: "Allow", Action: "execute-api:Invoke", Resource: resources });
  const found = [];
  if (groups.includes("readers")) found.push(allow(`${stage}/GET/*`));
  if (groups.includes("staff")) found.push(allow(`${stage}/POST/*`, `${stage}/DELETE/*`));
  if (!found.length) {
    found.push({ Effect: "Deny", Action: "execute-api:Invoke", Resource: `${stage}/*` });
  }
  return found;
}

async function verify(token) {
  const [head, body, signature] = token.split(".");
  let header, claims;
  try {
    [header, claims] = [head, body].map((part) => JSON.parse(Buffer.from(part, "base64url")));
  } catch {
    throw new Error("Unauthorized");
  }
  if (header.alg !== "RS256") throw new Error("Unauthorized");
  const key = await findKey(header.kid);
  const signed = Buffer.from(`${head}.${body}`);
  const good = key && crypto.verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url"));
  const now = Date.now() / 1000;
  const audiences = [].concat(claims.aud ?? []);
  if (!good || claims.iss !== issuer || !audiences.includes(audience) || typeof claims.sub !== "string"
      || !(claims.exp > now - leeway) || (claims.nbf ?? 0) > now + leeway) {
    throw new Error("Unauthorized");
  }
  return claims;
}

async function findKey(kid) {
  keys ??= await fetchKeys();
  // A key that is not known may be a new one.
  if (!keys.has(kid)) keys = await fetchKeys();
  return keys.get(kid);
}

async function fetchKeys() {
  const { keys: published } = await get((await discover()).jwks_uri);
  return new Map(published.filter((jwk) => jwk.kty === "RSA")
    .map((jwk) => [jwk.kid, crypto.createPublicKey({ key: jwk, format: "jwk" })]));
}

async function introspect(token) {
  const secret = `${process.env.CLIENT_ID}:${process.env.CLIENT_SECRET}`;
  const answer = await get((await discover()).introspection_endpoint, {
    method: "POST",
    headers: {
      Authorization: `Basic ${Buffer.from(secret).toString("base64")}`,
      "Content-Type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ token }),
  });
  if (answer.active !== true || answer.iss !== issuer) throw new Error("Unauthorized");
  return answer;
}

async function discover() {
  discovered ??= await get(`${issuer}/.well-known/openid-configuration`);
  return discovered;
}

async function get(url, options = {}) {
  const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(2000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}
