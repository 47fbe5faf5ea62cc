/* Runs before the first paint, so that neither the theme nor the rail flashes; a classic script, hence no imports. */
(() => {
  const root = document.documentElement;
  root.dataset["js"] = "";
  for (const [key, attribute] of [["candor.theme", "theme"], ["candor.rail", "rail"]] as const) {
    try {
      const value = localStorage.getItem(key);
      if (value) root.dataset[attribute] = value;
    } catch {
      /* Storage may be forbidden; the page works without it. */
    }
  }
})();
