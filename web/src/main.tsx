import "./design/index.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { colourBrowserBar } from "./app/theme";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element with the id 'root'.");
colourBrowserBar();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
