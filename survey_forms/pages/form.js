/* What a form page does where scripts run: steps in old browsers, keeping what was typed, sending again.
   ES2015 without modules, for browsers of eight years ago; everything here is a courtesy, the page works without. */
(function () {
  "use strict";

  var KEPT = "hailong.kept.";
  var HOURS_KEPT = 2; // what was typed and not sent; what was sent and did not arrive stays until it does
  var IDLE_SECONDS = 180; // on a shared device
  var WARN_SECONDS = 30;
  var form = document.getElementById("form");
  var said = document.getElementById("say");
  var told = document.getElementById("told");
  var sent = document.querySelector("[data-sent]");
  var over = document.querySelector("[data-over]"); // an invitation that can be used no more

  function say(name) { return said.getAttribute("data-" + name) || ""; }
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

  function tell(text, buttons) {
    told.textContent = "";
    if (!text) return;
    var line = document.createElement("p");
    line.textContent = text;
    told.appendChild(line);
    (buttons || []).forEach(function (button) {
      var made = document.createElement("button");
      made.type = "button";
      made.className = "second";
      made.textContent = button[0];
      made.addEventListener("click", button[1]);
      told.appendChild(made);
    });
  }

  /* ---- What is kept on the device ---- */

  var store = null;
  try {
    localStorage.setItem(KEPT, "");
    localStorage.removeItem(KEPT);
    store = localStorage;
  } catch (refused) { /* private mode, or no room: the page says so */ }
  if (form && form.hasAttribute("data-shared")) store = null;

  function listKept() {
    var found = [];
    if (!store) return found;
    for (var at = 0; at < store.length; at += 1) {
      var key = store.key(at);
      if (key.indexOf(KEPT) !== 0) continue;
      try { found.push({ key: key, kept: JSON.parse(store.getItem(key)) }); } catch (broken) { /* not ours */ }
    }
    return found;
  }

  function forgetStale() {
    listKept().forEach(function (entry) {
      var hours = (Date.now() - entry.kept.at) / 3600000;
      if (!entry.kept.waits && (hours > HOURS_KEPT || hours < -1)) store.removeItem(entry.key);
    });
  }

  function forget(id) {
    listKept().forEach(function (entry) { if (entry.kept.id === id) store.removeItem(entry.key); });
  }

  function forgetName(name) {
    listKept().forEach(function (entry) { if (entry.key.split("|").pop() === name) store.removeItem(entry.key); });
  }

  forgetStale();
  if (sent) forget(sent.getAttribute("data-sent"));
  if (over) forgetName(over.getAttribute("data-over"));
  startFrame();
  if (!form) return;
  document.documentElement.classList.add("js");

  function field(name) {
    var found = form.querySelector("input[type=hidden][name='_" + name + "']");
    return found ? found.value : "";
  }

  var place = ["unit", "procedure", "counter", "kept"].map(field).join("|");
  var key = KEPT + [form.getAttribute("data-form"), form.getAttribute("data-version"), place].join("|");
  var isSending = false;
  var isWaiting = false; // the person has sent it, the service has not answered
  var isDone = false;

  function pairs() {
    return all("input, select, textarea", form).filter(function (input) {
      return input.name && !input.disabled && (input.checked || (input.type !== "radio" && input.type !== "checkbox"));
    }).map(function (input) { return [input.name, input.value]; });
  }

  function isTyped(pair) { return pair[0] === "_unit" || (pair[0].charAt(0) !== "_" && pair[1] !== ""); }

  function keep() {
    if (!store || isDone) return Boolean(store);
    var whole = pairs();
    var given = whole.filter(function (pair) { return pair[0] !== "_code"; }); // of an invitation: only while it waits
    var kept = { at: Date.now(), id: field("id"), started: field("started"), hash: location.hash, given: given };
    if (isWaiting) kept.waits = { action: form.getAttribute("action"), body: encode(whole) };
    try {
      if (isWaiting || given.some(isTyped)) store.setItem(key, JSON.stringify(kept));
      else store.removeItem(key);
      return true;
    } catch (full) {
      store = null;
      return false;
    }
  }

  function fill(given) {
    all("input, select, textarea", form).forEach(function (input) {
      if (!input.name || (input.name.charAt(0) === "_" && input.name !== "_unit") || input.type === "hidden") return;
      var values = given.filter(function (pair) { return pair[0] === input.name; }).map(function (pair) { return pair[1]; });
      if (input.type === "radio" || input.type === "checkbox") input.checked = values.indexOf(input.value) >= 0;
      else input.value = values.length ? values[values.length - 1] : "";
    });
  }

  function setHidden(name, value) {
    var found = form.querySelector("input[type=hidden][name='_" + name + "']");
    if (found && value) found.value = value;
  }

  function restore() {
    if (!store || form.hasAttribute("data-posted")) return;
    var kept = null;
    try { kept = JSON.parse(store.getItem(key)); } catch (broken) { store.removeItem(key); }
    if (!kept) return;
    if (kept.waits) {
      sendLate(kept);
      return;
    }
    fill(kept.given);
    setHidden("id", kept.id);
    setHidden("started", kept.started);
    tell(say("restored") + " " + say("keeping"), [[say("erase"), erase]]);
    if (kept.hash && !location.hash && document.getElementById(kept.hash.slice(1))) location.replace(kept.hash);
  }

  function erase() {
    var before = pairs();
    if (store) store.removeItem(key);
    fill([]);
    tell(say("erased"), [[say("undo"), function () { fill(before); keep(); applyConditions(); tell(""); }]]);
    applyConditions();
    if (steps.length) location.hash = "#" + steps[0].id;
  }

  /* ---- One question at a time ---- */

  var steps = all(".step", form);

  function holds(number) { return Boolean(form.querySelector(".i" + number + ":checked")); }

  function applyConditions() {
    all("[class*=if], [class*=un]", form).forEach(function (element) {
      var isHidden = false;
      element.className.split(/\s+/).forEach(function (name) {
        var found = /^(if|un)(\d+)$/.exec(name);
        if (found && holds(found[2]) === (found[1] === "un")) isHidden = true;
      });
      element.hidden = isHidden;
    });
  }

  function showStep(isMoved) {
    if (!steps.length) return;
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var here = (target && target.closest(".step")) || steps[0];
    steps.forEach(function (step) { step.classList.toggle("here", step === here); });
    hush();
    if (here.id === "s-end") showReview();
    if (isMoved) {
      window.scrollTo(0, 0);
      (target || here).focus({ preventScroll: true });
    }
    keep();
    tellFrame();
  }

  function answersOf(question) {
    return all("input, textarea", question).filter(function (input) {
      if (input.type === "radio" || input.type === "checkbox") return input.checked && input.value;
      return input.type !== "hidden" && input.value.trim();
    }).map(function (input) {
      var label = input.closest("label");
      return (label ? (label.querySelector("i, span:last-child") || label).textContent : input.value).trim();
    });
  }

  function showReview() {
    var list = document.createElement("dl");
    list.className = "review";
    all(".step .q", form).forEach(function (question) {
      if (question.hidden || question.id === "unit") return;
      var rows = all(".row", question);
      (rows.length ? rows : [question]).forEach(function (part) { list.appendChild(reviewLine(part)); });
    });
    var review = document.getElementById("review");
    review.textContent = "";
    review.appendChild(list);
    document.querySelector("#s-end h2").textContent = say("review-title");
    document.querySelector("#s-end h2 + p").textContent = say("review-intro");
    var last = document.querySelector("#s-end .second");
    if (last) last.textContent = say("send");
  }

  function reviewLine(part) {
    var line = document.createElement("div");
    var term = document.createElement("dt");
    var given = document.createElement("dd");
    var legend = part.querySelector("legend, .legend").cloneNode(true);
    all(".mistake, svg, .hear", legend).forEach(function (extra) { extra.parentNode.removeChild(extra); });
    term.textContent = legend.textContent.trim();
    var answers = answersOf(part);
    (answers.length ? answers : [say("unanswered")]).forEach(function (answer) {
      var shown = document.createElement("p");
      if (!answers.length) shown.className = "none";
      shown.textContent = answer;
      given.appendChild(shown);
    });
    var edit = document.createElement("a");
    edit.className = "edit";
    edit.href = "#" + (part.id || part.closest(".step").id);
    edit.textContent = say("edit");
    edit.setAttribute("aria-label", say("edit") + ": " + term.textContent);
    given.appendChild(edit);
    line.appendChild(term);
    line.appendChild(given);
    return line;
  }

  /* ---- Sending, now or when the line is back ---- */

  function encode(given) {
    return given.map(function (pair) {
      return encodeURIComponent(pair[0]) + "=" + encodeURIComponent(pair[1].replace(/\r\n|\r|\n/g, "\r\n"));
    }).join("&");
  }

  function post(action, body) {
    return fetch(action, {
      method: "POST",
      body: body,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      credentials: "omit"
    });
  }

  var timer = null;
  var wait = 5;

  function send() {
    if (isSending) return;
    isSending = true;
    clearTimeout(timer);
    isWaiting = true;
    var isKept = keep();
    tell(say("sending"));
    post(form.getAttribute("action"), encode(pairs())).then(function (reply) {
      isSending = false;
      if (reply.redirected && reply.ok) {
        isDone = true;
        if (store) store.removeItem(key);
        location.replace(reply.url);
      } else if (reply.status === 429 || reply.status === 503) {
        again(say("busy"), Number(reply.headers.get("Retry-After")) || 60);
      } else {
        isWaiting = false;
        keep(); // the page that comes says what to mend
        form.submit();
      }
    }, function () {
      isSending = false;
      again(say(isKept ? "offline" : "offline-open"), wait);
      wait = Math.min(wait * 2, 300);
    });
  }

  function again(text, seconds) {
    tell(text, [[say("retry"), send]]);
    tellFrame();
    timer = setTimeout(send, seconds * 1000);
  }

  function sendLate(kept) {
    post(kept.waits.action, kept.waits.body).then(function (reply) {
      if (reply.redirected || reply.status === 409) {
        store.removeItem(key);
        if (field("kept") && reply.redirected) location.replace(reply.url); // an invitation is answered once
        else tell(say("late"));
      } else if (reply.status === 422) {
        store.removeItem(key);
        fill(kept.given);
        setHidden("id", kept.id);
        tell(say("restored"));
      }
    }, function () {
      tell(say("offline"), [[say("retry"), function () { sendLate(kept); }]]);
      addEventListener("online", function () { sendLate(kept); }, { once: true });
    });
  }

  var pressed = null;
  form.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button[type=submit]");
    if (button) pressed = button;
  });
  form.addEventListener("submit", function (event) {
    var button = event.submitter || pressed;
    pressed = null;
    keep();
    if (button && button.name === "_turn" && button.value === "review" && steps.length) {
      event.preventDefault(); // Enter in a field: the review stands on this page
      location.hash = "#s-end";
    } else if (button && button.name === "_turn" && button.value) {
      if (!button.hasAttribute("formaction")) form.action = form.getAttribute("action").split("#")[0] + location.hash;
    } else if (window.fetch && window.Promise) {
      event.preventDefault();
      send();
    }
  });
  addEventListener("online", function () { if (isWaiting) send(); });

  /* ---- Shared devices: nobody finds what somebody else typed ---- */

  var touched = Date.now();

  function watchIdle() {
    tell(say("shared"));
    ["click", "keydown", "input", "scroll", "touchstart"].forEach(function (kind) {
      addEventListener(kind, function () { touched = Date.now(); }, { passive: true });
    });
    setInterval(function () {
      var left = IDLE_SECONDS - Math.round((Date.now() - touched) / 1000);
      if (left <= 0 && pairs().some(isTyped)) location.replace(location.pathname + location.search);
      else if (left === WARN_SECONDS && pairs().some(isTyped)) {
        tell(say("idle").replace("{count}", WARN_SECONDS), [[say("stay"), function () { tell(""); }]]);
      }
    }, 1000);
  }

  /* ---- Read aloud, where the device has a voice ---- */

  function hush() { if (window.speechSynthesis) speechSynthesis.cancel(); }

  function findVoice() {
    var tag = document.documentElement.lang;
    return speechSynthesis.getVoices().filter(function (voice) {
      return voice.lang.toLowerCase().replace("_", "-").split("-")[0] === tag;
    })[0];
  }

  function offerVoice() {
    if (!window.speechSynthesis || !window.SpeechSynthesisUtterance || !findVoice()) return;
    all(".q", form).forEach(function (question) {
      if (question.querySelector(".hear")) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "hear";
      button.textContent = say("listen");
      button.addEventListener("click", function () { speakOf(question, button); });
      var legend = question.querySelector("legend, .legend");
      legend.parentNode.insertBefore(button, legend.nextSibling);
    });
  }

  function speakOf(question, button) {
    if (speechSynthesis.speaking) {
      hush();
      return;
    }
    var texts = [question.querySelector("legend, .legend").textContent];
    all(".help p, label i, label.tick span", question).forEach(function (part) { texts.push(part.textContent); });
    texts.forEach(function (text, at) {
      var spoken = new SpeechSynthesisUtterance(text.replace(/\u00ad/g, ""));
      spoken.voice = findVoice();
      spoken.lang = spoken.voice.lang;
      spoken.rate = 0.9;
      if (at === texts.length - 1) spoken.onend = function () { button.textContent = say("listen"); };
      speechSynthesis.speak(spoken);
    });
    button.textContent = say("stop");
  }

  /* ---- Start ---- */

  var later = null;
  form.addEventListener("input", function () {
    clearTimeout(later);
    later = setTimeout(function () { keep(); tellFrame(); }, 400);
    applyConditions();
  });
  form.addEventListener("change", function () { clearTimeout(later); keep(); applyConditions(); tellFrame(); });
  addEventListener("pagehide", keep);
  addEventListener("hashchange", function () { showStep(true); });
  if (form.hasAttribute("data-shared")) watchIdle();
  restore();
  applyConditions();
  showStep(false);
  if (window.speechSynthesis) {
    offerVoice();
    if (speechSynthesis.addEventListener) speechSynthesis.addEventListener("voiceschanged", offerVoice);
  }

  /* ---- Within a page of somebody else ---- */

  function tellFrame() {
    var origin = document.body.getAttribute("data-frame-origin");
    if (!origin || window.parent === window) return;
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    window.parent.postMessage({ hailong: "height", height: height }, origin);
  }

  function startFrame() {
    var origin = document.body.getAttribute("data-frame-origin");
    if (!origin || window.parent === window) return;
    addEventListener("keydown", function (event) {
      if (event.key === "Escape") window.parent.postMessage({ hailong: "close" }, origin);
    });
    addEventListener("resize", tellFrame);
    addEventListener("load", tellFrame);
    if (sent) window.parent.postMessage({ hailong: "sent" }, origin);
    tellFrame();
  }
})();
