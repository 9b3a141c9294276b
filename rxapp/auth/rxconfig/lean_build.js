// Makes Vite's output smaller in six ways, without changing a library:
// - The libraries that every page of a Reflex app loads become one file. It compresses better than eight files. It changes only
//   with Reflex, so it stays in the browsers' caches after a new release of the app.
// - So do Reflex's context and our own scripts of every page: there would be a file for each that some page uses once more.
// - Reflex creates each element with Emotion's function. That function differs from React's only in the prop `css` (Reflex's
//   `style` and props such as `color=`). An app that is styled with classes has no such prop: it gets React's function, and no
//   Emotion.
// - Reflex connects by the transport that its configuration names, which is the WebSocket unless an app says otherwise. Then the
//   other transports of Engine.IO are left out.
// - Reflex keeps whole modules in `window.__reflex`, for components that a handler sends to the page as code. An app whose pages
//   show none does not get them, so what nobody calls in these modules is left out.
// - Where `sent_calls.js` takes the place of `eval`, Reflex's own code says so: `window.eval`. It is the same function, but a bundler
//   leaves a module with a plain `eval` as it is, because the code in it might use any name and any function.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const EMOTION = "@emotion/react";
const WITHOUT_EMOTION = "\0without-emotion";

const TRANSPORTS = /\/engine\.io-client\/build\/esm\/transports\/index\.js$/;
const WEBSOCKET_ALONE = 'import { WS } from "./websocket.js";\nexport const transports = { websocket: WS };';

const ON_EVERY_PAGE = [
  ["react", "react-dom", "scheduler", "react-router", "react-error-boundary"],
  ["socket.io-client", "socket.io-parser", "engine.io-client", "engine.io-parser", "@socket.io", "mergician", "universal-cookie"],
  ["@emotion", "stylis"],
].flat();
const IN_ONE_FILE = new RegExp(`/node_modules/(${ON_EVERY_PAGE.join("|")})/|${WITHOUT_EMOTION}`);
const OWN_IN_ONE_FILE =
  /\/utils\/(context|context-registry|state)\.jsx?$|\/rxapp\/auth\/(web|features)\/.*\/(arrivals|countdown|departure|device_key|modal|passkey_button|policy_notes|sent_calls|storage_fault|token_store|upload_ticket)\.js$/;
const KEPT_FOR_SENT_CODE = /window\.__reflex = \{[^}]*\};/;
const SHOWS_SENT_CODE = /evalReactComponent|window\.__reflex\b/;
const OF_REFLEX_ITSELF = /\/utils\/state\.js$|\/app\/root\.jsx$/;

const OF_THE_APP = "public";
const GENERATED = ["app", "app_components", "components", "utils"];

const NEEDS_EMOTION = [/\bcss["'\]]*\s*:/, /import\s*\{(?!\s*jsx\s*\})[^}]*\}\s*from\s*["']@emotion\//];

function* filesBelow(directory) {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && /\.jsx?$/.test(entry.name)) {
      yield join(entry.parentPath, entry.name);
    }
  }
}

const needsEmotion = (file) => NEEDS_EMOTION.some((sign) => sign.test(readFileSync(file, "utf8")));

const showsSentCode = (file) => !OF_REFLEX_ITSELF.test(file) && SHOWS_SENT_CODE.test(readFileSync(file, "utf8"));

const PLAIN_EVAL = /(?<![\w.$])eval\(/g;
const REPLACES_EVAL = /\/sent_calls\.js["']/;
const replacesEval = (root) => REPLACES_EVAL.test(readFileSync(join(root, "app", "root.jsx"), "utf8"));

const usesWebSockets = (root) => JSON.parse(readFileSync(join(root, "env.json"), "utf8")).TRANSPORT === "websocket";

export default function leanBuild() {
  let root;
  let first; // the first file that needs Emotion
  let showing; // the first that shows a component that was sent as code

  return {
    name: "rxapp-lean-build",
    apply: "build",
    enforce: "pre",

    config: () => ({
      build: {
        rollupOptions: {
          output: {
            codeSplitting: {
              groups: [
                { name: "framework", test: IN_ONE_FILE },
                { name: "own", test: OWN_IN_ONE_FILE },
              ],
            },
          },
        },
      },
    }),

    configResolved(config) {
      root = config.root;
    },

    buildStart() {
      const files = GENERATED.flatMap((directory) => [...filesBelow(join(root, directory))]);
      const ownFiles = existsSync(join(root, OF_THE_APP)) ? filesBelow(join(root, OF_THE_APP)) : [];
      first = files.find(needsEmotion);
      showing = [...files, ...ownFiles].find(showsSentCode);
      this.info(first ? `Emotion is needed, for one by ${first}` : "no page needs Emotion");
    },

    resolveId(source, importer) {
      const isOurs = importer && !importer.includes("/node_modules/");
      return source === EMOTION && isOurs && !first ? WITHOUT_EMOTION : null;
    },

    transform(code, id) {
      if (id.endsWith("/app/root.jsx") && !showing) {
        return code.replace(KEPT_FOR_SENT_CODE, "");
      }
      return id.endsWith("/utils/state.js") && replacesEval(root) ? code.replace(PLAIN_EVAL, "window.eval(") : null;
    },

    load(id) {
      if (id === WITHOUT_EMOTION) {
        return 'export { createElement as jsx, Fragment } from "react";';
      }
      return TRANSPORTS.test(id) && usesWebSockets(root) ? WEBSOCKET_ALONE : null;
    },
  };
}
