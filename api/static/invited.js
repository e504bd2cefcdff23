// The code of an invitation stands behind the # of its link, where no server and no log sees it: put it into the
// form and send that. Without script the code is typed.
(function () {
  "use strict";
  function follow() {
    var code = location.hash.slice(1);
    if (!code) { return; }
    document.getElementById("code").value = code;
    // The way back must not send again by itself, and the address is seen over a shoulder.
    history.replaceState(null, "", location.pathname + location.search);
    document.getElementById("invited").submit();
  }
  window.addEventListener("hashchange", follow);  // another link, followed while this page is open
  follow();
})();
