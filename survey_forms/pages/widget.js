/* Shows a form of this service within a page of another office. Any element with data-hailong-form becomes the
   form itself, or with data-hailong-button a button that opens it; a link stays a link where scripts are off.
   It reads and keeps nothing of the page it stands in. */
(function () {
  "use strict";

  var script = document.currentScript;
  var service = new URL(script.src).origin;
  var frames = [];

  function setStyles(element, styles) { // through the object model: a policy without unsafe-inline allows it
    Object.keys(styles).forEach(function (name) { element.style[name] = styles[name]; });
  }

  function addressOf(place) {
    var query = "frame=" + encodeURIComponent(location.origin);
    ["unit", "procedure", "counter", "lang", "mode", "contrast"].forEach(function (name) {
      var value = place.getAttribute("data-hailong-" + name);
      if (value) query += "&" + name + "=" + encodeURIComponent(value);
    });
    return service + "/widget/" + encodeURIComponent(place.getAttribute("data-hailong-form")) + "?" + query;
  }

  function makeFrame(place, close) {
    var frame = document.createElement("iframe");
    frame.src = addressOf(place);
    frame.title = place.getAttribute("data-hailong-title") || place.textContent.trim() || "Góp ý / Feedback";
    frame.setAttribute("referrerpolicy", "no-referrer");
    frame.setAttribute("loading", "lazy");
    setStyles(frame, { display: "block", width: "100%", height: "28rem", border: "0" });
    frames.push({ frame: frame, close: close });
    return frame;
  }

  function showInPlace(place) {
    var frame = makeFrame(place, null);
    place.parentNode.replaceChild(frame, place);
  }

  function makeOpener(place) {
    var opener = document.createElement("button");
    opener.type = "button";
    opener.className = place.className;
    opener.textContent = place.getAttribute("data-hailong-button");
    opener.setAttribute("aria-haspopup", "dialog");
    setStyles(opener, { minHeight: "44px", minWidth: "44px" });
    opener.addEventListener("click", function () { openDialog(place, opener); });
    place.parentNode.replaceChild(opener, place);
  }

  function openDialog(place, opener) {
    var dialog = document.createElement("div");
    var box = document.createElement("div");
    var close = document.createElement("button");
    var isEnglish = (place.getAttribute("data-hailong-lang") || document.documentElement.lang).indexOf("en") === 0;
    var hidden = [];
    dialog.setAttribute("role", "dialog");
    dialog.setAttribute("aria-modal", "true");
    dialog.setAttribute("aria-label", opener.textContent);
    setStyles(dialog, {
      position: "fixed", top: "0", right: "0", bottom: "0", left: "0", zIndex: "2147483000", overflow: "auto",
      padding: "1rem", background: "rgba(10, 20, 35, .6)"
    });
    setStyles(box, { maxWidth: "40rem", margin: "0 auto", background: "#fff", borderRadius: "8px", overflow: "hidden" });
    close.type = "button";
    close.textContent = isEnglish ? "Close ✕" : "Đóng ✕";
    setStyles(close, {
      display: "block", minHeight: "44px", minWidth: "44px", marginInlineStart: "auto", padding: "0 1rem",
      border: "0", background: "#fff", color: "#12386b", font: "inherit", cursor: "pointer"
    });

    function shut() {
      document.removeEventListener("keydown", onKey, true);
      hidden.forEach(function (element) { element.inert = false; });
      document.body.removeChild(dialog);
      frames = frames.filter(function (entry) { return entry.frame !== frame; });
      opener.focus();
    }
    function onKey(event) {
      if (event.key === "Escape") shut();
    }

    var frame = makeFrame(place, shut);
    frame.removeAttribute("loading");
    Array.prototype.forEach.call(document.body.children, function (element) {
      if (!element.inert && element.tagName !== "SCRIPT") { element.inert = true; hidden.push(element); }
    });
    close.addEventListener("click", shut);
    dialog.addEventListener("click", function (event) { if (event.target === dialog) shut(); });
    document.addEventListener("keydown", onKey, true);
    box.appendChild(close);
    box.appendChild(frame);
    dialog.appendChild(box);
    document.body.appendChild(dialog);
    close.focus();
  }

  addEventListener("message", function (event) {
    if (event.origin !== service || !event.data) return;
    frames.forEach(function (entry) {
      if (entry.frame.contentWindow !== event.source) return;
      var height = Number(event.data.height);
      if (event.data.hailong === "height" && height > 0 && height < 20000) entry.frame.style.height = height + "px";
      if (event.data.hailong === "close" && entry.close) entry.close();
    });
  });

  function start() {
    Array.prototype.forEach.call(document.querySelectorAll("[data-hailong-form]"), function (place) {
      if (place.hasAttribute("data-hailong-button")) makeOpener(place);
      else showInPlace(place);
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
