{# Puts the survey into the page where this script stands, as high as its content. #}(function () {
  var script = document.currentScript;
  var frame = document.createElement("iframe");
  frame.src = "{{ address|escapejs }}";
  frame.title = "{{ name|escapejs }}";
  frame.style.cssText = "width:100%;border:0;height:420px;color-scheme:normal";
  frame.setAttribute("loading", "lazy");
  script.parentNode.insertBefore(frame, script);
  window.addEventListener("message", function (told) {
    if (told.source === frame.contentWindow && told.data && told.data.candor === "height") {
      frame.style.height = Math.min(Math.max(Number(told.data.height) || 0, 80), 4000) + "px";
    }
  });
})();
