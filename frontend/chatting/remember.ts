const KEY = "candor-chat";

/** Whoever opens the chat again in the same tab finds it where it was; a browser that keeps nothing begins anew. */
export function remember(): void {
  try {
    if (document.querySelector("[data-chat]")) {
      sessionStorage.setItem(KEY, location.pathname);
    } else if (document.querySelector("[data-start]")) {
      const before = sessionStorage.getItem(KEY);
      if (new URLSearchParams(location.search).has("new")) sessionStorage.removeItem(KEY);
      else if (before && /^\/c\/[\w-]{20,100}\/$/.test(before)) location.replace(before);
    }
  } catch {
    // storage is forbidden here
  }
}
