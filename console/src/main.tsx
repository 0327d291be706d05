/** The agent's web console starts here. */
import { render } from "preact";
import { App } from "./app.tsx";
import { loadAccount } from "./state/account.ts";
import { applyTheme } from "./state/theme.ts";
import { applyLanguage, startLanguage } from "./texts/index.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/pages.css";
import "./styles/visitors.css";
import "./styles/live.css";
import "./styles/stage.css";
import "./styles/admin.css";
import "./styles/setup.css";
import "./styles/desk.css";
import "./styles/chat.css";
import "./styles/review.css";
import "./styles/reports.css";

applyTheme(document.documentElement);
applyLanguage(document.documentElement);
// Who is signed in is asked at the same time.
void loadAccount();
await startLanguage();
const root = document.getElementById("app");
if (root) render(<App />, root);
