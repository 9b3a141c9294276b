// What a TypeScript client does with the types that are made of the OpenAPI document. It is compiled strictly, and then run.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const [url, username, password] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url! });

const loggedIn = await client.POST("/api/auth/login", { body: { username: username!, password: password! } });
if (!loggedIn.data) {
  throw new Error(loggedIn.error.code);
}
const { token: accessToken, refreshToken } = loggedIn.data;
const refreshed = await client.POST("/api/token/refresh", { body: { accessToken, refreshToken } });
const token = refreshed.data!.token;
const me = await client.GET("/api/me", { headers: { Authorization: `Bearer ${token}` } });
const refused = await client.POST("/api/auth/login", { body: { username: username!, password: "wrong" } });
console.log(me.data!.userName, refused.error!.code);
