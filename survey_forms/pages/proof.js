// Finds a number whose SHA-256 with the challenge begins with enough zero bits, then sends the form. Old browsers
// on plain http have no crypto.subtle, so the hash is worked out here; in small pieces, so that the page stays alive.
(function () {
  "use strict";
  var form = document.getElementById("proof");
  if (!form || !window.Uint32Array) return;
  var K = constants();
  var challenge = form.getAttribute("data-challenge");
  var bits = Number(form.getAttribute("data-bits"));
  var told = document.getElementById("told");
  var waiting = told.textContent;
  told.textContent = form.getAttribute("data-working") + " " + waiting;
  var number = 0;
  work();

  function work() {
    for (var end = number + 2000; number < end; number++) {
      if (zeroBits(sha256(challenge + ":" + number)) >= bits) {
        form.elements._answer.value = String(number);
        form.submit();
        return;
      }
    }
    setTimeout(work, 0);
  }

  function zeroBits(words) {
    for (var i = 0, all = 0; i < 8; i++) {
      var here = words[i] === 0 ? 32 : Math.clz32 ? Math.clz32(words[i]) : 31 - Math.floor(Math.log(words[i]) / Math.LN2);
      all += here;
      if (here < 32) break;
    }
    return all;
  }

  // The fractional parts of the cube roots (64) and square roots (8) of the first primes, FIPS 180-4.
  function constants() {
    var k = [], h = [], prime = 2;
    while (k.length < 64) {
      var isPrime = true;
      for (var d = 2; d * d <= prime; d++) if (prime % d === 0) isPrime = false;
      if (isPrime) {
        if (h.length < 8) h.push(fraction(Math.sqrt(prime)));
        k.push(fraction(Math.pow(prime, 1 / 3)));
      }
      prime++;
    }
    return { k: k, h: h };
  }

  function fraction(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }

  function sha256(text) { // of plain ASCII, as challenges are
    var size = (((text.length + 8) >> 6) + 1) * 16, m = new Uint32Array(size), w = new Uint32Array(64), i;
    for (i = 0; i < text.length; i++) m[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    m[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    m[size - 1] = text.length * 8;
    var hash = new Uint32Array(K.h);
    for (var start = 0; start < size; start += 16) {
      var a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4], f = hash[5], g = hash[6], h = hash[7];
      for (i = 0; i < 64; i++) {
        if (i < 16) w[i] = m[start + i];
        else {
          var x = w[i - 15], y = w[i - 2];
          w[i] = (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10)) + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 16];
        }
        var one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K.k[i] + w[i]) | 0;
        var two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      hash[0] += a; hash[1] += b; hash[2] += c; hash[3] += d; hash[4] += e; hash[5] += f; hash[6] += g; hash[7] += h;
    }
    return hash;
  }

  function turn(x, n) { return (x >>> n) | (x << (32 - n)); }
})();
