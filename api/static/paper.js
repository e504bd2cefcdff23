// Makes keying faster: checks each box as it is left, jumps, keeps what was typed when the connection is gone.
// Without it the page works as any form does.

const form = document.getElementById("keying");
const serial = document.getElementById("serial");

if (serial) serial.focus();
if (form) start(form);

function start(form) {
  const boxes = [...form.querySelectorAll(".boxes input, .boxes textarea")];
  const key = form.dataset.draft;
  restore(form, boxes, key);
  for (const box of boxes) {
    box.addEventListener("input", () => {
      keep(boxes, key);
      if (isWhole(box) && !judge(form, box)) next(boxes, box);
    });
    box.addEventListener("blur", () => judge(form, box));
  }
  form.addEventListener("keydown", (event) => onKey(event, form, boxes));
  form.addEventListener("submit", (event) => send(event, form, boxes, key));
  startJump(form, boxes);
  const wrong = boxes.find((box) => box.getAttribute("aria-invalid") === "true");
  (wrong || document.getElementById("confirm-blanks") || boxes[1] || boxes[0]).focus();
}

// Enter goes on; with Ctrl it saves. In words a line may end.
function onKey(event, form, boxes) {
  const box = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Enter" && boxes.includes(box) && box.tagName !== "TEXTAREA") {
    event.preventDefault();
    if (!judge(form, box)) next(boxes, box);
  } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && boxes.includes(box) && box.tagName !== "TEXTAREA") {
    event.preventDefault();
    const to = boxes[boxes.indexOf(box) + (event.key === "ArrowUp" ? -1 : 1)];
    if (to) to.focus();
  }
}

function next(boxes, box) {
  const to = boxes[boxes.indexOf(box) + 1] || document.querySelector("#keying button");
  to.focus();
  if (to.select) to.select();
}

// One code of the right length needs no Enter.
function isWhole(box) {
  const codes = (box.dataset.codes || "").split(" ");
  return box.dataset.kind === "code" && codes.includes(box.value.trim()) && box.value.trim().length === codes[0].length;
}

// What no such box can say; marked at once.
function judge(form, box) {
  const said = box.value.trim();
  const codes = (box.dataset.codes || "").split(" ").filter(Boolean);
  let isWrong = false;
  if (said && codes.length && box.dataset.kind === "code") isWrong = !codes.includes(said.padStart(codes[0].length, "0")) && /[^0]/.test(said);
  if (said && codes.length && box.dataset.kind === "codes" && codes[0].length === 1) {
    const digits = said.replace(/[\s,.;+]/g, "");
    isWrong = [...digits].some((digit) => !codes.includes(digit)) || new Set(digits).size < digits.length;
  }
  if (said && box.dataset.kind === "number") isWrong = !/^([*-]|-?\d+([.,]\d+)?)$/.test(said);
  if (said && box.dataset.kind === "date") isWrong = !/^(0+|[*-]|\d{1,2}[/.-]?\d{2}[/.-]?\d{4}|\d{4}-\d{2}-\d{2})$/.test(said);
  box.setAttribute("aria-invalid", isWrong ? "true" : "false");
  box.setCustomValidity("");
  const hint = document.getElementById(box.getAttribute("aria-describedby"));
  let told = hint.querySelector(".told");
  if (isWrong && !told) {
    told = document.createElement("strong");
    told.className = "told";
    told.textContent = ` ${form.dataset.wrong}`;
    hint.append(told);
  } else if (!isWrong && told) {
    told.remove();
  }
  return isWrong;
}

function startJump(form, boxes) {
  const jump = document.getElementById("jump");
  const to = document.getElementById("jump-to");
  jump.hidden = false;
  jump.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = to.value.trim().toLowerCase();
    const found = boxes.find((box) => box.dataset.number === wanted) || boxes.find((box) => (box.dataset.number || "").startsWith(wanted));
    to.value = "";
    if (found) {
      found.focus();
      found.select();
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key === "F2") {
      event.preventDefault();
      to.focus();
    }
  });
}

// The page may only be left once the server has it: asked first, because a failed form shows the browser's own page.
async function send(event, form, boxes, key) {
  event.preventDefault();
  const told = document.getElementById("offline");
  const button = form.querySelector(".actions button");
  button.disabled = true;
  try {
    const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "follow" });
    if (reply.status >= 500) throw new Error(String(reply.status));
    if (reply.redirected && !new URL(reply.url).pathname.startsWith("/staff/sign-in")) {
      forget(key);
      location.assign(reply.url);
      return;
    }
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const main = page.getElementById("main");
    if (reply.status === 422 && main && main.querySelector("#keying")) {
      document.getElementById("main").replaceWith(main);
      start(document.getElementById("keying"));
      scrollTo(0, 0);
      return;
    }
    forgetUnlessSignIn(reply, key);
    form.submit(); // whatever else it is, the browser shows it
  } catch (error) {
    keep(boxes, key);
    told.hidden = false;
    told.scrollIntoView();
    button.disabled = false;
    button.focus();
  }
}

function forgetUnlessSignIn(reply, key) {
  if (reply.ok && !reply.redirected) forget(key);
}

// Only in this tab, and only until it is saved: answers do not stay on a shared computer.
function keep(boxes, key) {
  try {
    sessionStorage.setItem(key, JSON.stringify(boxes.map((box) => box.value)));
  } catch (error) {
    // no room: the page still works
  }
}

function forget(key) {
  try {
    sessionStorage.removeItem(key);
  } catch (error) {
    // it was never kept
  }
}

function restore(form, boxes, key) {
  if (form.dataset.keeps) return;
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(key) || "null");
  } catch (error) {
    return;
  }
  if (!kept || kept.length !== boxes.length || !kept.some((value, place) => value !== boxes[place].value)) return;
  boxes.forEach((box, place) => {
    box.value = kept[place];
  });
  document.getElementById("restored").hidden = false;
}
