"use strict";
// Everything that comes from the network ends in textContent, and nowhere else.

const MAX_ROWS = 400;
const OTHER = { customer: "agent", agent: "customer" };
const NAMES = { customer: "Customer", agent: "Agent" };
const REASONS = {
  not_ready: "before the first audio", packets_lost: "packets lost", worker_replaced: "worker replaced", overload: "overload", stt_failed: "recogniser failed"
};
const calls = new Map();
const dirty = new Set();
const byId = id => document.getElementById(id);

/** Text of a stranger, harmless: no control or direction characters, not endless. */
function plain(text, limit) {
  const clean = String(text ?? "").replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, "\ufffd");
  return clean.length > limit ? clean.slice(0, limit) + "…" : clean;
}

function clock(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const mm = Math.floor(s / 60) % 60, hh = Math.floor(s / 3600);
  return (hh ? hh + ":" + String(mm).padStart(2, "0") : mm) + ":" + String(s % 60).padStart(2, "0");
}

function element(name, className, parent) {
  const it = document.createElement(name);
  if (className) it.className = className;
  if (parent) parent.append(it);
  return it;
}

/** What is known of one call, and the card that shows it. */
function open(event) {
  const card = element("article", "call live", byId("calls"));
  const head = element("header", "", card);
  const number = element("h2", "", head);
  const state = element("div", "state", head);
  element("span", "dot", state);
  const stateText = element("span", "", state);
  const facts = element("div", "facts", head);
  const time = element("div", "time", head);
  const who = element("div", "who", card);
  element("span", "customer", who).textContent = NAMES.customer;
  element("span", "agent", who).textContent = NAMES.agent;
  const words = element("div", "words", card);
  words.tabIndex = 0;
  words.setAttribute("role", "region");
  const foot = element("footer", "", card);
  const badge = element("span", "badge", foot);
  const engine = element("span", "engine", foot);
  const call = {
    items: new Map(), rows: new Map(), startedAt: Date.parse(event.ts), ended: null, start: null, finals: 0, stt: null,
    view: { card, number, stateText, facts, time, words, badge, engine }
  };
  number.textContent = "Call " + plain(event.call_id, 40);
  calls.set(event.session_id, call);
  return call;
}

function take(event) {
  const call = calls.get(event.session_id) ?? open(event);
  dirty.add(call);
  switch (event.type) {
    case "session.started":
      if (isOfAReplacedWorker(call, event)) break;
      call.start = event;
      call.ended = null;
      call.finals = 0;
      call.startedAt = Date.parse(event.ts);
      announce("Call from " + plain(event.customer_number || "unknown", 40));
      break;
    case "speech.started":
      utterance(call, event, { text: "", kind: "interim" });
      break;
    case "transcript.interim":
      if (call.items.get(event.utterance_id)?.kind !== "final") utterance(call, event, { text: event.text, kind: "interim" });
      call.stt = event.stt;
      break;
    case "transcript.final":
      utterance(call, event, { text: event.text, kind: "final" });
      if (!isOfAReplacedWorker(call, event)) call.finals++;
      call.stt = event.stt;
      if (call.view.card.contains(document.activeElement)) announce(NAMES[event.channel] + ": " + plain(event.text, 500));
      break;
    case "gap":
      forgetUnfinished(call, it => it.channel === event.channel && it.start <= event.end_ms);
      call.items.set("gap-" + event.seq, { id: "gap-" + event.seq, kind: "gap", channel: event.channel, start: event.start_ms,
        end: event.end_ms, text: ((event.end_ms - event.start_ms) / 1000).toFixed(1) + " s not heard: "
          + (REASONS[event.reason] ?? plain(event.reason, 40)) });
      break;
    case "call.hold": note(call, event, NAMES[event.channel] + " on hold"); break;
    case "call.unhold": note(call, event, NAMES[event.channel] + " back from hold"); break;
    case "participant.changed": note(call, event, "Somebody else speaks as " + NAMES[event.channel].toLowerCase()); break;
    case "dtmf": note(call, event, NAMES[event.channel] + " pressed a key"); break;
    case "session.ended":
      if (isOfAReplacedWorker(call, event)) break;
      call.ended = event;
      forgetUnfinished(call, () => true);
      announce("Call ended");
      break;
  }
}

/** It may bring its last words when the next one has begun, which numbers its events above. */
function isOfAReplacedWorker(call, event) {
  return call.start !== null && event.seq < call.start.seq;
}

function utterance(call, event, what) {
  const known = call.items.get(event.utterance_id);
  call.items.set(event.utterance_id, {
    id: event.utterance_id, channel: event.channel === "agent" ? "agent" : "customer",
    start: known?.start ?? event.start_ms, end: event.end_ms ?? event.start_ms, ...what
  });
}

function note(call, event, text) {
  call.items.set("note-" + event.seq, { id: "note-" + event.seq, kind: "note", start: event.at_ms, end: event.at_ms, text });
}

function forgetUnfinished(call, which) {
  for (const it of call.items.values()) if (it.kind === "interim" && which(it)) call.items.delete(it.id);
}

/** Utterances on the timeline; two that overlap stand side by side. */
function rowsOf(call) {
  const items = [...call.items.values()].sort((a, b) => a.start - b.start).slice(-MAX_ROWS);
  const rows = [];
  for (const it of items) {
    const last = rows.at(-1);
    const partner = last && last.length === 1 && it.kind !== "note" && last[0].kind !== "note" ? last[0] : null;
    if (partner && partner.channel === OTHER[it.channel] && it.start < partner.end) last.push(it);
    else rows.push([it]);
  }
  return rows;
}

function render(call) {
  const { card, number, stateText, facts, time, words, badge, engine } = call.view;
  const atEnd = words.scrollHeight - words.scrollTop - words.clientHeight < 60;
  if (call.start) {
    number.textContent = plain(call.start.customer_number || "Unknown number", 48);
    facts.replaceChildren(...[call.start.agent_id && "Agent " + plain(call.start.agent_id, 48), plain(call.start.language, 16)]
      .filter(Boolean).map(text => { const it = element("span"); it.textContent = text; return it; }));
    words.setAttribute("aria-label", "Words of the call from " + number.textContent);
  }
  card.classList.toggle("live", !call.ended);
  stateText.textContent = call.ended ? "Ended" : "Live";
  badge.className = "badge";
  if (call.ended) {
    const expected = Object.values(call.ended.finals ?? {}).reduce((a, b) => a + b, 0);
    const complete = expected === call.finals && call.ended.outbox_dropped === 0;
    badge.classList.add(complete ? "complete" : "incomplete");
    badge.textContent = (complete ? "✓ complete: " : "incomplete: ") + call.finals + " of "
      + (expected + (call.ended.outbox_dropped || 0)) + " finals";
  } else {
    badge.textContent = call.finals + (call.finals === 1 ? " final" : " finals");
  }
  if (call.stt) {
    const model = plain(call.stt.model, 60);
    engine.textContent = plain(call.stt.engine, 24) + ", " + model
      + (/phrase/i.test(model) ? ": it knows only the demo’s sentences" : "");
  }
  renderRows(call, words);
  tick(call);
  if (atEnd) words.scrollTop = words.scrollHeight;
}

function renderRows(call, words) {
  const gone = new Set(call.rows.keys());
  let before = words.firstChild;
  for (const row of rowsOf(call)) {
    const key = row[0].id;
    let view = call.rows.get(key);
    if (!view) {
      view = { root: element("div"), shown: "" };
      call.rows.set(key, view);
    }
    gone.delete(key);
    const shown = JSON.stringify(row);
    if (view.shown !== shown) {
      view.shown = shown;
      fillRow(view.root, row);
    }
    if (view.root === before) before = before.nextSibling;
    else words.insertBefore(view.root, before);
  }
  for (const key of gone) {
    call.rows.get(key).root.remove();
    call.rows.delete(key);
  }
}

function fillRow(root, row) {
  root.replaceChildren();
  if (row[0].kind === "note") {
    root.className = "note";
    root.textContent = clock(row[0].start) + "  " + row[0].text;
    return;
  }
  root.className = row.length === 2 ? "row both" : "row";
  element("span", "at", root).textContent = clock(row[0].start);
  for (const it of row) {
    const said = element("p", "said " + it.channel + (it === row[0] ? "" : " later"), root);
    said.dir = "auto";
    if (it.kind === "final" && !it.text) {
      said.classList.add("empty");
      said.textContent = "no words";
    } else {
      if (it.kind !== "final") said.classList.add(it.kind);
      element("span", "hidden-text", said).textContent = NAMES[it.channel] + ": ";
      said.append(plain(it.text, 4000));
    }
  }
}

function tick(call) {
  call.view.time.textContent = clock(call.ended ? call.ended.duration_ms : Date.now() - call.startedAt);
}

let announceTimer = 0;
function announce(text) {
  clearTimeout(announceTimer); // only the newest: nobody can listen to a backlog
  announceTimer = setTimeout(() => { byId("announcer").textContent = text; }, 300);
}

function draw() {
  if (!dirty.size) return;
  for (const call of dirty) render(call);
  dirty.clear();
  const live = [...calls.values()].filter(call => !call.ended).length;
  byId("none").hidden = calls.size > 0;
  byId("count").textContent = calls.size ? live + " live, " + (calls.size - live) + " ended" : "";
  document.title = live ? "(" + live + ") Live calls" : "Live calls";
}

let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  setTimeout(() => { scheduled = false; draw(); }, 50); // not an animation frame: those pause in a hidden tab
}

function connect() {
  const source = new EventSource("/events");
  source.addEventListener("hello", () => { // all that is held follows
    calls.clear();
    dirty.clear();
    byId("calls").replaceChildren();
    byId("banner").hidden = true;
  });
  source.onmessage = message => {
    try {
      take(JSON.parse(message.data));
      schedule();
    } catch (e) {
      console.warn("event ignored", e);
    }
  };
  source.onerror = () => {
    byId("banner").hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000); // otherwise it tries again by itself
  };
}

const theme = byId("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : prefersDark.matches;
}
function showTheme() { theme.textContent = isDark() ? "Light" : "Dark"; }
theme.setAttribute("aria-label", "Switch between light and dark");
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  try { localStorage.setItem("theme", document.documentElement.dataset.theme); } catch { /* private window */ }
  showTheme();
});
try {
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch { /* private window */ }
prefersDark.addEventListener("change", showTheme);
showTheme();
setInterval(() => { for (const call of calls.values()) if (!call.ended) tick(call); }, 1000);
connect();
