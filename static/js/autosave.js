// Keeps what is typed into a part of an application: on the server two seconds after typing and when a field is
// left, and in this tab until the server has it. Without a script the save button does the same.
(function () {
  "use strict";

  const form = document.querySelector("form[data-autosave]");
  if (!form || !window.fetch) return;
  const AFTER_TYPING = 2000;
  const SOON = 500;
  const PATIENCE = [2000, 4000, 8000, 15000, 30000];
  const KEY = "unsaved:" + form.getAttribute("action");
  const state = document.querySelector("[data-save-state]");
  const stateText = state.querySelector("[data-save-text]");
  const retry = document.querySelector("[data-retry]");
  const boxes = new Map();
  let timer = null;
  let busy = false;
  let tries = 0;
  let blocked = false; // waits for a person: two versions, an expired login
  let leaving = false;
  let sent = {};
  let calm = { kind: state.dataset.saveState, text: stateText.textContent };

  form.querySelectorAll("[data-name]").forEach(function (box) {
    if (box.querySelector("input, select, textarea")) boxes.set(box.dataset.name, box);
  });

  // ---- values ------------------------------------------------------------------------------------------

  function inputs(name) {
    return Array.from(boxes.get(name).querySelectorAll("input, select, textarea")).filter(function (input) {
      return input.name === name;
    });
  }

  function valueOf(name) {
    const found = inputs(name);
    if (found[0].type !== "radio" && found[0].type !== "checkbox") return found[0].value;
    return found.filter(function (one) { return one.checked; }).map(function (one) { return one.value; }).join(",");
  }

  function write(name, text) {
    inputs(name).forEach(function (input) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = text.split(",").includes(input.value);
      else input.value = text;
    });
  }

  // What the server has, as far as this page knows.
  const saved = {};
  boxes.forEach(function (_box, name) { saved[name] = valueOf(name); });

  // Line ends and blanks at the ends do not count: the server drops them.
  function same(a, b) {
    return a.replace(/\r\n/g, "\n").trim() === b.replace(/\r\n/g, "\n").trim();
  }

  function changed() {
    const found = {};
    boxes.forEach(function (_box, name) {
      const now = valueOf(name);
      if (!same(now, saved[name])) found[name] = now;
    });
    return found;
  }

  function isDirty() {
    return Object.keys(changed()).length > 0;
  }

  // ---- the copy in this tab ----------------------------------------------------------------------------

  function keepCopy() {
    const fields = changed();
    try {
      if (Object.keys(fields).length) sessionStorage.setItem(KEY, JSON.stringify({ version: form.version.value, fields: fields }));
      else sessionStorage.removeItem(KEY);
    } catch (_full) {
      // no room: the server still gets it
    }
  }

  function readCopy() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch (_broken) {
      return null;
    }
  }

  function restore(fields) {
    Object.keys(fields).forEach(function (name) {
      if (boxes.has(name)) write(name, fields[name]);
    });
    schedule(0);
  }

  function offerCopy() {
    const copy = readCopy();
    if (!copy) return;
    const fields = {};
    Object.keys(copy.fields).forEach(function (name) {
      if (boxes.has(name) && !same(copy.fields[name], saved[name])) fields[name] = copy.fields[name];
    });
    if (!Object.keys(fields).length) return sessionStorage.removeItem(KEY);
    if (copy.version === form.version.value) return restore(fields);
    const bar = form.querySelector("[data-unsaved]"); // somebody has saved since: the person decides
    bar.hidden = false;
    bar.querySelector("[data-restore]").addEventListener("click", function () {
      bar.hidden = true;
      restore(fields);
    });
    bar.querySelector("[data-drop]").addEventListener("click", function () {
      bar.hidden = true;
      sessionStorage.removeItem(KEY);
    });
  }

  // ---- what the page says ------------------------------------------------------------------------------

  function say(kind, text, link) {
    state.dataset.saveState = kind;
    stateText.textContent = text;
    retry.hidden = kind !== "failed";
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = "重新登录";
      stateText.append(" ", anchor);
    }
  }

  function line(box, css, id, texts) {
    const old = box.querySelector("." + css);
    if (old) old.remove();
    if (!texts.length) return;
    const list = document.createElement("ul");
    list.className = css;
    list.id = id;
    texts.forEach(function (text) {
      const item = document.createElement("li");
      const words = document.createElement("span");
      words.textContent = text;
      item.append(document.querySelector("template[data-note]").content.cloneNode(true), words);
      list.append(item);
    });
    box.append(list);
  }

  function showNotes(notes) {
    boxes.forEach(function (box, name) {
      const note = notes[name] || { problem: "", warnings: [] };
      const id = "f-" + name.replace(/\./g, "-");
      const filled = valueOf(name).trim() !== "";
      if (note.problem || filled || !box.querySelector(".error-line")) {
        line(box, "error-line", id + "-problem", note.problem ? [note.problem] : []);
      }
      line(box, "warn-line", id + "-warning", note.warnings);
      inputs(name).forEach(function (input) {
        if (note.problem) input.setAttribute("aria-invalid", "true");
        else if (filled) input.removeAttribute("aria-invalid");
        describe(input, id + "-problem", Boolean(note.problem));
        describe(input, id + "-warning", note.warnings.length > 0);
      });
    });
  }

  function describe(input, id, there) {
    const ids = (input.getAttribute("aria-describedby") || "").split(" ").filter(function (one) { return one && one !== id; });
    if (there || document.getElementById(id)) ids.push(id);
    if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
    else input.removeAttribute("aria-describedby");
  }

  // The other version beside each field; the person takes it or keeps the own one.
  function showTheirs(answer) {
    Object.keys(answer.theirs).forEach(function (name) {
      if (!boxes.has(name)) return;
      const box = boxes.get(name);
      const old = box.querySelector(".theirs");
      if (old) old.remove();
      const note = document.createElement("div");
      note.className = "theirs";
      note.append("对方保存的是：", Object.assign(document.createElement("b"), { textContent: answer.words[name] }));
      note.append(button("用对方的", function () { settle(name, answer.theirs[name], true); }));
      note.append(button("用我的", function () { settle(name, answer.theirs[name], false); }));
      box.append(note);
      saved[name] = answer.theirs[name];
    });
  }

  function button(label, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: label });
    made.addEventListener("click", act);
    return made;
  }

  function settle(name, theirs, take) {
    if (take) write(name, theirs);
    boxes.get(name).querySelector(".theirs").remove();
    if (form.querySelector(".theirs")) return;
    blocked = false;
    schedule(0);
  }

  // ---- saving ------------------------------------------------------------------------------------------

  function schedule(delay) {
    keepCopy();
    clearTimeout(timer);
    if (!blocked) timer = setTimeout(save, delay);
  }

  function body(fields) {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.csrfmiddlewaretoken.value);
    data.append("version", form.version.value);
    Object.keys(fields).forEach(function (name) {
      data.append(name, fields[name]);
      data.append("seen." + name, saved[name]);
    });
    return data;
  }

  async function save() {
    clearTimeout(timer);
    if (busy || blocked) return;
    const fields = changed();
    if (!Object.keys(fields).length) {
      keepCopy();
      if (state.dataset.saveState === "typing") say(calm.kind, calm.text); // typed back to what it was
      return;
    }
    busy = true;
    say("saving", "正在保存…");
    try {
      const response = await fetch(form.getAttribute("action"), {
        method: "POST", body: body(fields), headers: { "X-Autosave": "1" }, redirect: "manual", keepalive: true,
      });
      await heed(response, fields);
    } catch (_network) {
      failed(fields);
    }
    busy = false;
    if (!blocked && tries === 0 && isDirty()) { // typed while the save was on its way
      say("typing", "有未保存的修改");
      schedule(SOON);
    }
  }

  async function heed(response, fields) {
    const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
    if (response.status === 401 || response.type === "opaqueredirect") {
      blocked = true;
      return say("stopped", form.dataset.expired, form.dataset.login);
    }
    if (response.status === 403 || !isJson) {
      if (response.status >= 500) return failed(fields);
      blocked = true;
      return say("stopped", "页面已过期，请刷新；您填写的内容还在。");
    }
    const answer = await response.json();
    if (response.ok) return accepted(answer, fields);
    if (response.status === 409 && answer.theirs) return disputed(answer);
    blocked = response.status === 409;
    sent = {};
    say("stopped", answer.message);
  }

  function accepted(answer, fields) {
    tries = 0;
    sent = {};
    Object.assign(saved, fields);
    Object.keys(answer.answers || {}).forEach(function (name) {
      if (!boxes.has(name)) return;
      const untouched = same(valueOf(name), saved[name]);
      saved[name] = answer.answers[name];
      if (untouched) write(name, saved[name]);
    });
    form.version.value = answer.version;
    keepCopy();
    showNotes(answer.notes);
    const status = document.querySelector(".apply-steps .here small");
    if (status) status.textContent = answer.status;
    calm = { kind: "saved", text: "已保存 " + answer.saved };
    say(calm.kind, calm.text);
    document.body.dispatchEvent(new CustomEvent("section-saved"));
  }

  function disputed(answer) {
    form.version.value = answer.version;
    const mine = Object.keys(answer.theirs).every(function (name) { return name in sent && same(sent[name], answer.theirs[name]); });
    if (mine) { // our own save had arrived, only its answer was lost
      Object.assign(saved, answer.theirs);
      sent = {};
      return schedule(0);
    }
    blocked = true;
    showTheirs(answer);
    say("stopped", answer.message);
  }

  function failed(fields) {
    Object.assign(sent, fields); // may have arrived all the same
    say("failed", navigator.onLine ? "保存失败，稍后自动重试" : "网络断开，连上后自动保存");
    clearTimeout(timer);
    timer = setTimeout(save, PATIENCE[Math.min(tries, PATIENCE.length - 1)]);
    tries += 1;
  }

  // ---- when --------------------------------------------------------------------------------------------

  function isAnswer(target) {
    return target.name && boxes.has(target.name);
  }

  form.addEventListener("input", function (event) {
    if (!isAnswer(event.target)) return;
    if (!blocked && tries === 0) say("typing", "有未保存的修改");
    schedule(AFTER_TYPING);
  });
  form.addEventListener("change", function (event) {
    if (isAnswer(event.target)) schedule(0);
  });
  form.addEventListener("submit", function () { leaving = true; });
  window.addEventListener("pageshow", function () { leaving = false; });
  window.addEventListener("online", function () { if (isDirty()) schedule(0); });
  retry.addEventListener("click", save);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden" && isDirty() && !leaving) save();
  });
  window.addEventListener("beforeunload", function (event) {
    if (leaving || !isDirty()) return;
    keepCopy();
    event.preventDefault();
    event.returnValue = "";
  });
  offerCopy();
})();
