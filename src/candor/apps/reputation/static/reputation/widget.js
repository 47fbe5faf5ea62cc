/* Puts the star of a place into a page, in a frame of its own: no cookie, no tracking, no style of it reaches the page around.
   <script src="https://candor.example/static/reputation/widget.js" data-page="TOKEN"></script> */
(function () {
  var script = document.currentScript;
  var frame = document.createElement("iframe");
  frame.src = new URL("/reputation/p/" + encodeURIComponent(script.dataset.page) + "/widget/", script.src).href;
  frame.title = script.dataset.title || "Reviews";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.width = script.dataset.width || "320";
  frame.height = script.dataset.height || "190";
  frame.style.border = "0";
  frame.style.maxWidth = "100%";
  script.insertAdjacentElement("afterend", frame);
})();
