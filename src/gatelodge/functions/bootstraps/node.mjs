// Speaks the Lambda Runtime API for a Node.js handler.
//
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", "Define Lambda function handler
// in Node.js"; reference: control-plane.md sections 7.4 and 7.5. Its HTTP is what our own Runtime API
// speaks: every answer has a Content-Length, and a result is sent in one piece with the request for
// the next event.

import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";

const API = "/2018-06-01/runtime";
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const root = process.env.LAMBDA_TASK_ROOT;
let requestId = "";

class Fault extends Error {
  constructor(type, message, trace) {
    super(message);
    this.name = type;
    this.stack = trace ?? this.stack;
  }
}

// One connection. It keeps the process alive only while an answer is awaited.
class Line {
  #socket = net.connect({ host, port: Number(port), noDelay: true });
  #parts = [];
  #size = 0;
  #needed = 0; // octets until there is something to read
  #head = null;
  #readers = [];

  constructor() {
    this.#socket.unref();
    this.#socket.on("data", (part) => this.#take(part));
    this.#socket.on("error", () => process.exit(1));
    this.#socket.on("close", () => process.exit(1));
  }

  // Sends requests in one piece; gives a promise of the answer to each.
  send(...requests) {
    this.#socket.ref();
    this.#socket.write(requests.join(""));
    return requests.map(() => new Promise((resolve) => this.#readers.push(resolve)));
  }

  #take(part) {
    this.#parts.push(part);
    this.#size += part.length;
    while (this.#size > 0 && this.#size >= this.#needed) {
      let octets = this.#parts.length > 1 ? Buffer.concat(this.#parts) : this.#parts[0];
      if (this.#head === null) {
        const end = octets.indexOf("\r\n\r\n");
        if (end >= 0) this.#head = readHead(octets.toString("latin1", 0, end));
        if (end >= 0) octets = octets.subarray(end + 4);
        this.#needed = end >= 0 ? this.#head.length : octets.length + 1;
      }
      if (this.#head !== null && octets.length >= this.#needed) {
        const { status, headers, length } = this.#head;
        this.#head = null;
        this.#needed = 0;
        const body = octets.subarray(0, length);
        octets = octets.subarray(length);
        if (this.#readers.length === 1) this.#socket.unref();
        this.#readers.shift()?.({ status, headers, body });
      }
      this.#parts = octets.length > 0 ? [octets] : [];
      this.#size = octets.length;
    }
  }
}

function readHead(text) {
  const [first, ...lines] = text.split("\r\n");
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(first.slice(9, 12)), headers, length: Number(headers["content-length"] ?? 0) };
}

const NEXT = `GET ${API}/invocation/next HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`;

function describe(error) {
  if (error instanceof Error || util.types.isNativeError(error)) {
    return {
      errorType: String(error.name),
      errorMessage: String(error.message),
      trace: String(error.stack ?? "").split("\n"),
    };
  }
  let message;
  try {
    message = String(error);
  } catch {
    message = "";
  }
  return { errorType: typeof error, errorMessage: message, trace: [] };
}

// Writes a request that tells a result, or the description of a failure.
function post(place, body, description) {
  let head = `POST ${API}${place} HTTP/1.1\r\nHost: ${host}:${port}\r\n`;
  if (description) {
    const type = description.errorType.replace(/[^ -~]/g, "");
    head += `Lambda-Runtime-Function-Error-Type: ${type}\r\n`;
  }
  const length = Buffer.byteLength(body);
  return `${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

function postError(place, error) {
  const description = describe(error);
  process.stderr.write(`${stamp("ERROR")}Invoke Error\t${JSON.stringify(description)}\n`);
  return post(place, JSON.stringify(description), description);
}

function stamp(level) {
  return `${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t`;
}

for (const [name, level] of [
  ["log", "INFO"], ["info", "INFO"], ["debug", "DEBUG"], ["trace", "TRACE"],
  ["warn", "WARN"], ["error", "ERROR"],
]) {
  console[name] = (...parts) => process.stdout.write(`${stamp(level)}${util.format(...parts)}\n`);
}

function find(module) {
  const base = path.resolve(root, module);
  if (base !== root && !base.startsWith(root + path.sep)) {
    throw new Fault("Runtime.MalformedHandlerName", `'${module}' is not a valid handler name`);
  }
  return ["", ".js", ".mjs", ".cjs"].map((ending) => base + ending)
    .find((name) => fs.existsSync(name) && fs.statSync(name).isFile());
}

async function load(handler) {
  const name = path.basename(handler);
  const dot = name.indexOf(".");
  if (dot < 1) throw new Fault("Runtime.MalformedHandlerName", "Bad handler");
  const module = path.join(path.dirname(handler), name.slice(0, dot));
  const file = find(module);
  let loaded;
  try {
    if (file === undefined) {
      throw new Fault("Runtime.ImportModuleError", `Error: Cannot find module '${path.basename(module)}'`);
    }
    loaded = await importModule(file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new Fault("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`, error.stack);
    }
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(error?.code)) {
      throw new Fault("Runtime.ImportModuleError", `Error: ${error.message}`, error.stack);
    }
    throw error;
  }
  let found = loaded;
  for (const part of name.slice(dot + 1).split(".")) found = found?.[part];
  if (typeof found !== "function") {
    throw new Fault("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  return found;
}

async function importModule(file) {
  if (file.endsWith(".mjs")) return import(pathToFileURL(file));
  try {
    return createRequire(path.join(root, "index.js"))(file);
  } catch (error) {
    if (error?.code === "ERR_REQUIRE_ESM" || error?.code === "ERR_REQUIRE_ASYNC_MODULE") {
      return import(pathToFileURL(file));
    }
    throw error;
  }
}

function makeContext(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parse = (text) => (text ? JSON.parse(text) : undefined);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    clientContext: parse(headers["lambda-runtime-client-context"]),
    identity: parse(headers["lambda-runtime-cognito-identity"]),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// The handler's result, whichever of the three ways it has of giving one: a promise, the callback,
// or the methods of the context.
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) =>
      error === null || error === undefined ? resolve(result) : reject(error);
    context.succeed = (result) => callback(null, result);
    context.fail = (error) => callback(error === undefined ? "handled" : error);
    context.done = callback;
    const returned = handler(event, context, callback);
    if (typeof returned?.then === "function") {
      returned.then(resolve, reject);
    } else if (handler.length < 3 && returned !== undefined) {
      resolve(returned);
    } else {
      endOfLoop = () => resolve(null);
    }
  });
}

// A handler that neither answers nor waits for anything: the call is over when nothing is left.
let endOfLoop = null;
process.on("beforeExit", () => {
  const end = endOfLoop;
  endOfLoop = null;
  end?.();
});

function lastWords(type) {
  return async (reason) => {
    let error = reason instanceof Error ? reason : new Error(String(reason));
    let status = 129;
    if (type === "Runtime.UnhandledPromiseRejection") {
      const fault = new Fault(type, String(reason?.message ?? reason), error.stack);
      fault.message = `${error.name}: ${error.message}`;
      error = fault;
      status = 128;
    }
    const place = requestId ? `/invocation/${requestId}/error` : "/init/error";
    // A connection of its own: on the other one an event may be awaited.
    await new Line().send(postError(place, error))[0];
    process.exit(status);
  };
}
process.on("uncaughtException", lastWords("uncaught"));
process.on("unhandledRejection", lastWords("Runtime.UnhandledPromiseRejection"));

async function serve(handler, line, { status, headers, body }) {
  if (status !== 200) process.exit(1);
  requestId = headers["lambda-runtime-aws-request-id"];
  process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"] ?? "";
  const place = `/invocation/${requestId}`;
  let answer;
  try {
    const result = await call(handler, JSON.parse(body.toString("utf8")), makeContext(headers));
    const text = JSON.stringify(result === undefined ? null : result) ?? "null";
    answer = post(`${place}/response`, text);
  } catch (error) {
    answer = postError(`${place}/error`, error);
  }
  endOfLoop = null;
  return line.send(answer, NEXT)[1];
}

const line = new Line();
let handler;
try {
  handler = await load(process.env._HANDLER ?? "");
} catch (error) {
  await line.send(postError("/init/error", error))[0];
  process.exit(1);
}
let event = await line.send(NEXT)[0];
for (;;) event = await serve(handler, line, event);
