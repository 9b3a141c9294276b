// better-auth as its documentation sets it up: e-mail and password, sessions in SQLite, looked up at each request (no cookie cache).
// `/ping` is the same server without it. One user signs in SESSIONS times at start; the cookies go to COOKIES_FILE.

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";

import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";

const SESSIONS = 32;
const PORT = Number(process.env.PORT);
const PERSON = { email: "johndoe@example.com", password: "correct horse battery staple" };

const database = new DatabaseSync(process.env.SQLITE_FILE);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");

const options = {
    database,
    secret: "k".repeat(40),
    baseURL: `http://127.0.0.1:${PORT}`,
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
await auth.api.signUpEmail({ body: { ...PERSON, name: "John Doe" } });

const cookies = [];
for (let number = 0; number < SESSIONS; number++) {
    const answer = await auth.api.signInEmail({ body: PERSON, asResponse: true });
    cookies.push({ header: `Cookie: ${answer.headers.getSetCookie().map((each) => each.split(";")[0]).join("; ")}` });
}
writeFileSync(process.env.COOKIES_FILE, JSON.stringify(cookies));

const handle = toNodeHandler(auth);
createServer((request, response) => {
    if (request.url === "/ping") response.end("pong");
    else handle(request, response);
}).listen(PORT, "127.0.0.1");
