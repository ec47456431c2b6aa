// Signs one request, given as JSON on standard input, with aws4 or aws4fetch, and sends it.
import http from "node:http";
import aws4 from "aws4";
import { AwsClient } from "aws4fetch";

let text = "";
for await (const piece of process.stdin) text += piece;
const { signer, method, url, body, key, secret, token, region } = JSON.parse(text);

async function withAws4() {
  const parts = new URL(url);
  const options = aws4.sign(
    {
      host: parts.host,
      hostname: parts.hostname,
      port: parts.port,
      path: parts.pathname + parts.search,
      method,
      service: "execute-api",
      region,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body || undefined,
    },
    { accessKeyId: key, secretAccessKey: secret, sessionToken: token || undefined },
  );
  delete options.host;
  return new Promise((resolve, reject) => {
    const request = http.request(options, (answer) => {
      let data = "";
      answer.on("data", (piece) => (data += piece));
      answer.on("end", () => resolve({ status: answer.statusCode, body: data }));
    });
    request.on("error", reject);
    request.end(body || undefined);
  });
}

async function withAws4fetch() {
  const client = new AwsClient({
    accessKeyId: key, secretAccessKey: secret, sessionToken: token || undefined,
    service: "execute-api", region, retries: 0,
  });
  const answer = await client.fetch(url, { method, body: body || undefined });
  return { status: answer.status, body: await answer.text() };
}

console.log(JSON.stringify(await (signer === "aws4" ? withAws4() : withAws4fetch())));
