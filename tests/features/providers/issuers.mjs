// Real OpenID Providers (`oidc-provider`, certified by the OpenID Foundation) for tests, several in one process.
// One line of JSON on stdin says which: [{ name, port, clients, alg, claims }], as `issuers.py` describes. One line on stdout
// says where they are, once all listen: { name: url }. The process ends on SIGTERM, and when its stdin is closed.

import { generateKeyPair, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { json, text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { Provider } from "oidc-provider";

const HOUR = 3600; // seconds
const CLAIMS = {
    openid: ["sub", "acr", "amr", "auth_time"],
    profile: ["name", "given_name", "family_name", "nickname", "preferred_username", "picture", "locale", "updated_at"],
    email: ["email", "email_verified"],
    groups: ["groups"],
};
const COUNTED = { "/.well-known/openid-configuration": "discovery", "/jwks": "jwks", "/token": "token" };
const KEY_PAIRS = {
    RS256: ["rsa", { modulusLength: 2048 }],
    PS256: ["rsa", { modulusLength: 2048 }],
    ES256: ["ec", { namedCurve: "P-256" }],
    EdDSA: ["ed25519", {}],
};

const escaped = (value) => String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const page = (title, body) => `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;

const loginPage = (issuer, hint) => page(`Log in at ${escaped(issuer)}`, `
<form method="post">
<p><label>Login <input name="login" value="${escaped(hint)}" required autofocus></label></p>
<button type="submit">Continue</button>
<button type="submit" name="cancel" value="yes" formnovalidate>Cancel</button>
</form>`);

const logoutPage = (form) => page("Log out?", `${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Log out</button>
<button type="submit" form="op.logoutForm">Stay</button>`);

/** What oidc-provider keeps of one model, in the memory of its issuer. It checks itself what has expired. */
class Adapter {
    constructor(stored, model) {
        Object.assign(this, { stored, model });
    }

    async upsert(id, payload) {
        this.stored.set(`${this.model}:${id}`, { ...payload });
    }

    async find(id) {
        return this.stored.get(`${this.model}:${id}`);
    }

    async findByUid(uid) {
        return [...this.stored.values()].find((each) => each.kind === this.model && each.uid === uid);
    }

    async consume(id) {
        this.stored.get(`${this.model}:${id}`).consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id) {
        this.stored.delete(`${this.model}:${id}`);
    }

    async revokeByGrantId(grantId) {
        for (const [key, each] of this.stored) if (each.kind === this.model && each.grantId === grantId) this.stored.delete(key);
    }
}

class Issuer {
    accounts = new Map();
    stored = new Map();
    keys = [];
    counts = { discovery: 0, jwks: 0, token: 0 };
    pausedSeconds = 0;
    told = [];
    handle = (_request, response) => response.destroy(); // until there are keys

    constructor({ name, port = 0, clients, alg = "RS256", claims = {} }) {
        Object.assign(this, { name, port, clients, alg, claims: { ...CLAIMS } });
        for (const [scope, names] of Object.entries(claims)) this.claims[scope] = [...(CLAIMS[scope] ?? []), ...names];
    }

    async listen() {
        const server = createServer({ keepAliveTimeout: 0 }, (request, response) => this.handle(request, response));
        await new Promise((done, failed) => server.once("error", failed).listen(this.port, "127.0.0.1", done));
        this.port = server.address().port;
        this.url = `http://127.0.0.1:${this.port}`;
        await this.rotateKeys({});
    }

    /** The first key signs. Nothing exchanges the keys of a provider, so another takes its place and its memory. */
    async rotateKeys({ forget = false }) {
        const { privateKey } = await promisify(generateKeyPair)(...KEY_PAIRS[this.alg]);
        const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: this.alg, use: "sig" };
        this.keys = [key, ...(forget ? [] : this.keys)];
        this.provider = new Provider(this.url, this.configuration());
        this.provider.use((ctx, next) => this.answer(ctx, next));
        this.provider.on("server_error", (_ctx, error) => console.error(error));
        this.provider.on("backchannel.success", (_ctx, client, _sub, sid) => this.told.push({ client: client.clientId, sid }));
        this.provider.on("backchannel.error", (_ctx, error, client, _sub, sid) =>
            this.told.push({ client: client.clientId, sid, error: `${error.message} ${error.cause ?? ""}`.trim() }),
        );
        this.handle = this.provider.callback();
        return { kids: this.keys.map((each) => each.kid) };
    }

    configuration() {
        // Browsers send a cookie to every port of a host, so the names of the issuers' cookies differ.
        const names = Object.fromEntries(["session", "interaction", "resume"].map((each) => [each, `op_${this.port}_${each}`]));
        return {
            adapter: (model) => new Adapter(this.stored, model),
            claims: this.claims,
            clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            clientDefaults: { id_token_signed_response_alg: this.alg },
            clients: this.clients,
            conformIdTokenClaims: false,
            cookies: { names },
            features: {
                backchannelLogout: { enabled: true },
                devInteractions: { enabled: false },
                rpInitiatedLogout: {
                    enabled: true,
                    logoutSource: (ctx, form) => (ctx.body = logoutPage(form)),
                    postLogoutSuccessSource: (ctx) => (ctx.body = page("Logged out", "")),
                },
            },
            // The dispatcher refuses addresses of this machine, where the clients of tests are.
            fetch: (url, { dispatcher, ...options }) => fetch(url, options),
            findAccount: (_ctx, sub) => this.findAccount(sub),
            jwks: { keys: this.keys },
            loadExistingGrant: (ctx) => this.grantAll(ctx),
            pkce: { required: () => true },
            renderError: (ctx, out) => {
                ctx.type = "html";
                ctx.body = page("Error", `<p>${escaped(JSON.stringify(out))}</p>`);
            },
            responseTypes: ["code"],
            ttl: { AccessToken: HOUR, Grant: HOUR, IdToken: HOUR, Interaction: HOUR, Session: HOUR },
        };
    }

    account(login) {
        if (!this.accounts.has(login)) this.accounts.set(login, { sub: login });
        return this.accounts.get(login);
    }

    /** oidc-provider breaks down at a session of an account that is no longer there, so it goes too. */
    setAccount(login, claims) {
        const { sub } = this.account(login);
        this.accounts.set(login, { sub: login, ...claims });
        if (!this.findAccount(sub)) this.sessionsOf(sub).forEach((each) => this.stored.delete(`Session:${each.jti}`));
        return this.account(login);
    }

    sessionsOf(sub) {
        return [...this.stored.values()].filter((each) => each.kind === "Session" && each.accountId === sub);
    }

    findAccount(sub) {
        const account = [...this.accounts.values()].find((each) => each.sub === sub);
        return account && { accountId: sub, claims: async () => account };
    }

    /** Consent to everything that the client asks for. */
    async grantAll({ oidc }) {
        const { Grant } = oidc.provider;
        const { clientId } = oidc.client;
        const found = await Grant.find(oidc.session.grantIdFor(clientId));
        const grant = found ?? new Grant({ clientId, accountId: oidc.account.accountId });
        grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(" "));
        await grant.save();
        return grant;
    }

    async answer(ctx, next) {
        const [, place, action, login] = ctx.path.split("/");
        if (place === "interaction") return this.interact(ctx);
        if (place === "test") return (ctx.body = await this.control(ctx, action, decodeURIComponent(login ?? "")));
        const counted = COUNTED[ctx.path];
        if (counted) this.counts[counted] += 1;
        await next();
        if (counted) await sleep(this.pausedSeconds * 1000);
    }

    async interact(ctx) {
        const { prompt, params } = await this.provider.interactionDetails(ctx.req, ctx.res);
        if (prompt.name === "consent") return this.finish(ctx, { consent: {} });
        const form = new URLSearchParams(ctx.method === "POST" ? await text(ctx.req) : "");
        if (form.has("cancel")) return this.finish(ctx, { error: "access_denied", error_description: "the user has cancelled" });
        if (!form.get("login")) return (ctx.body = loginPage(this.name, params.login_hint ?? ""));
        const { sub, acr, amr, auth_time: ts } = this.account(form.get("login"));
        return this.finish(ctx, { login: { accountId: sub, acr, amr, ts } });
    }

    async finish(ctx, result) {
        const goOn = await this.provider.interactionResult(ctx.req, ctx.res, result);
        ctx.status = 303;
        ctx.redirect(goOn);
    }

    async control(ctx, action, login) {
        switch (`${ctx.method} ${action}`) {
            case "PUT accounts":
                return this.setAccount(login, await json(ctx.req));
            case "POST rotate-keys":
                return this.rotateKeys(await json(ctx.req));
            case "POST logout":
                return this.logOut(this.account(login).sub);
            case "POST pause":
                this.pausedSeconds = (await json(ctx.req)).seconds;
                return {};
            case "GET counts":
                return this.counts;
            default:
                return ctx.throw(404);
        }
    }

    /** As if the person confirmed the logout in each browser: oidc-provider tells the clients and ends the session. */
    async logOut(sub) {
        this.told = [];
        for (const session of this.sessionsOf(sub)) {
            session.state = { secret: randomUUID() };
            const answer = await fetch(`${this.url}/session/end/confirm`, {
                method: "POST",
                redirect: "manual",
                headers: { cookie: `${this.provider.cookieName("session")}=${session.jti}` },
                body: new URLSearchParams({ xsrf: session.state.secret, logout: "yes" }),
            });
            if (answer.status !== 303) throw new Error(`the logout was answered with ${answer.status}`);
        }
        return this.told;
    }
}

console.info = console.error; // where oidc-provider writes notices: stdout is for our one line
process.on("SIGTERM", () => process.exit(0));
const input = createInterface({ input: process.stdin });
input.once("close", () => process.exit(0));
input.once("line", async (line) => {
    const issuers = JSON.parse(line).map((config) => new Issuer(config));
    await Promise.all(issuers.map((issuer) => issuer.listen()));
    console.log(JSON.stringify(Object.fromEntries(issuers.map((issuer) => [issuer.name, issuer.url]))));
});
