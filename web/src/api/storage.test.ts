import { expect, test } from "vitest";

import { readJson, safeStore } from "./storage";

test("keeps values in the browser's storage", () => {
  const store = safeStore(() => localStorage);
  store.set("a", "1");
  expect(localStorage.getItem("a")).toBe("1");
  localStorage.removeItem("a");
  expect(store.get("a")).toBeNull();
});

test("keeps values for the page where the browser refuses storage", () => {
  const store = safeStore(() => {
    throw new DOMException("denied", "SecurityError");
  });
  store.set("a", "1");
  expect(store.get("a")).toBe("1");
  store.remove("a");
  expect(store.get("a")).toBeNull();
});

test("reads unreadable JSON as absent", () => {
  const store = safeStore(() => localStorage);
  store.set("a", "{");
  expect(readJson(store, "a")).toBeNull();
  expect(readJson(store, "b")).toBeNull();
});
