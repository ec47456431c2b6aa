// Signs in with amazon-cognito-identity-js as a browser application does, and prints what it got.
import cognito from "amazon-cognito-identity-js";
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
const { pool, client, endpoint, steps } = JSON.parse(process.argv[2]);
const userPool = new cognito.CognitoUserPool({
  UserPoolId: pool,
  ClientId: client,
  endpoint,
});
const told = [];
let user;

function later(start) {
  return new Promise((resolve) => {
    start((error, value) => resolve(error ? { error: error.code ?? error.name, message: error.message } : { value }));
  });
}

function signIn({ name, password, newPassword }) {
  user = new cognito.CognitoUser({ Username: name, Pool: userPool });
  const details = new cognito.AuthenticationDetails({ Username: name, Password: password });
  return later((done) =>
    user.authenticateUser(details, {
      onSuccess: (session) =>
        done(null, {
          id: session.getIdToken().getJwtToken(),
          access: session.getAccessToken().getJwtToken(),
          refresh: session.getRefreshToken().getToken(),
        }),
      onFailure: (error) => done(error),
      newPasswordRequired: () =>
        user.completeNewPasswordChallenge(newPassword, {}, {
          onSuccess: (session) => done(null, { id: session.getIdToken().getJwtToken() }),
          onFailure: (error) => done(error),
        }),
    }),
  );
}

const actions = {
  signUp: ({ name, password, email }) =>
    later((done) => {
      const attribute = new cognito.CognitoUserAttribute({ Name: "email", Value: email });
      userPool.signUp(name, password, [attribute], [], (error, result) =>
        done(error, result && { sub: result.userSub }),
      );
    }),
  confirm: ({ name, code }) =>
    later((done) =>
      new cognito.CognitoUser({ Username: name, Pool: userPool }).confirmRegistration(code, true, done),
    ),
  signIn,
  refresh: async () => {
    const token = user.getSignInUserSession().getRefreshToken();
    return later((done) =>
      user.refreshSession(token, (error, session) =>
        done(error, session && { id: session.getIdToken().getJwtToken() }),
      ),
    );
  },
  attributes: () =>
    later((done) =>
      user.getUserAttributes((error, found) =>
        done(error, found && Object.fromEntries(found.map((a) => [a.getName(), a.getValue()]))),
      ),
    ),
  changePassword: ({ previous, proposed }) =>
    later((done) => user.changePassword(previous, proposed, done)),
  signOut: () =>
    later((done) => user.globalSignOut({ onSuccess: (text) => done(null, text), onFailure: done })),
};

for (const [action, parameters] of steps) {
  told.push(await actions[action](parameters ?? {}));
}
console.log(JSON.stringify(told));
