/** Inside another site: tell the page around how high this one is. Nothing else is told to it. */
export function startFrame(): void {
  if (window.parent === window) return;
  const main = document.querySelector("main");
  if (!main) return;
  document.documentElement.dataset["framed"] = "";
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    window.parent.postMessage({ candor: "height", height }, "*");
  }).observe(main);
}
