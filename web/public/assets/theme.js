// Runs before the first paint, so that a remembered theme never flashes in.
// A plain file of its own keeps the page free of inline scripts.
(function () {
  try {
    var theme = localStorage.getItem("deskhand.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's theme applies.
  }
})();
