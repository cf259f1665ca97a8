// One static page: a query's events become a grid of pictures. No framework, no build.

const form = document.querySelector("#search");
const text = document.querySelector("#text");
const filter = document.querySelector("#filter");
const rank = document.querySelector("#rank");
const collapse = document.querySelector("#collapse");
const live = document.querySelector("#live");
const drop = document.querySelector("#drop");
const picture = document.querySelector("#picture");
const queryPicture = document.querySelector("#query-picture");
const status = document.querySelector("#status");
const stages = document.querySelector("#stages");
const grid = document.querySelector("#hits");
const more = document.querySelector("#more");

const EVENTS = ["query", "hit", "drop", "stage", "final", "reset", "problem"];

let source = null; // the EventSource of a text
let upload = null; // the AbortController of a picture
let again = null; // asks the last query once more, for the target that is chosen now
let pages = []; // the hits of earlier pages of this answer
let list = []; // those of the page that comes in
let cursor = null; // for the next page
let asked = null; // the cursor of the page that comes in
let began = 0;
let heard = false; // whether the service has begun to answer
let stands = false; // whether the answer is complete, and only changes with what is there

// The ten lines that turn events into a list; the README has the same.
function keep(list, name, data) {
  const without = () => list.filter((hit) => hit.kind !== data.kind || hit.id !== data.id);
  if (name === "hit") {
    const rest = without();
    return [...rest.slice(0, data.rank - 1), data, ...rest.slice(data.rank - 1)];
  }
  if (name === "drop") return without();
  return name === "reset" ? [] : list;
}

function take(name, data) {
  heard = true;
  list = keep(list, name, data);
  if (name === "hit" || name === "drop" || name === "reset") paint();
  if (name === "reset") {
    stands = false;
    began = performance.now();
    stages.replaceChildren();
    stages.dataset.first = "";
  }
  if (stands && (name === "hit" || name === "drop")) say(`${list.length} shown · live, changed at ${new Date().toLocaleTimeString()}`);
  if (name === "hit" && stages.dataset.first === "") {
    stages.dataset.first = (performance.now() - began).toFixed(0);
    say(`First glimpse after ${stages.dataset.first} ms …`);
  }
  // Further pages have the address of the first.
  if (name === "query" && pages.length === 0) {
    const url = new URL(location);
    url.search = new URL(data.self, location).search;
    if (url.search.length < 2000) history.replaceState(null, "", url);
  }
  if (name === "stage") addStage(data);
  if (name === "final") finish(data);
  if (name === "problem") fail(data);
}

function addStage(stage) {
  const item = document.createElement("li");
  const counted = stage.of > 0 ? `, ${stage.scanned.toLocaleString("en")} of ${stage.of.toLocaleString("en")} compared` : "";
  item.textContent = `${stage.name} ${stage.ms.toFixed(1)} ms${counted}`;
  stages.append(item);
}

function finish(final) {
  stands = live.checked;
  if (!live.checked) stop();
  const how = final.exact ? "exact" : final.reason;
  const all = (performance.now() - began).toFixed(0);
  const shown = pages.length + list.length;
  cursor = final.cursor ?? null;
  more.hidden = cursor === null;
  say(
    shown === 0
      ? "Nothing found."
      : `${shown} of ${final.items.toLocaleString("en")} · ${how} · first after ${stages.dataset.first} ms, all after ${all} ms${live.checked ? " · live" : ""}`,
  );
}

function fail(problem) {
  stop();
  cursor = asked;
  more.hidden = cursor === null;
  say(problem.detail ?? problem.title ?? "The service does not answer.", true);
}

function say(sentence, isProblem = false) {
  status.textContent = sentence;
  status.classList.toggle("problem", isProblem);
}

// What a card shows of a hit but its rank: live, an item may become another.
function seen(hit) {
  return `${hit.text ?? ""} ${hit.stage === "live" ? hit.similarity : ""}`;
}

function card(hit) {
  const item = document.createElement("li");
  item.dataset.item = `${hit.kind}/${hit.id}`;
  item.dataset.seen = seen(hit);
  if (hit.preview) {
    const image = document.createElement("img");
    // Of another picture under the same id the browser would show what it has.
    image.src = hit.stage === "live" ? `${hit.preview}#${hit.similarity}` : hit.preview;
    image.alt = hit.text ?? hit.id;
    item.append(image);
  } else {
    const words = document.createElement("div");
    words.className = "words";
    words.textContent = hit.text ?? hit.id;
    item.append(words);
  }
  const name = document.createElement("p");
  name.className = "name";
  name.textContent = hit.preview ? (hit.text ?? hit.id) : hit.id;
  const similarity = document.createElement("span");
  similarity.className = "similarity";
  item.append(name, similarity);
  return item;
}

// Cards are kept where they can be: a picture that only moves is not loaded again.
function paint() {
  const known = new Map([...grid.children].map((item) => [item.dataset.item, item]));
  grid.replaceChildren(
    ...[...pages, ...list].map((hit) => {
      const before = known.get(`${hit.kind}/${hit.id}`);
      const item = before?.dataset.seen === seen(hit) ? before : card(hit);
      const alike = hit.duplicates ? ` · ${hit.duplicates.length}${hit.duplicates.length < 10 ? "" : " or more"} alike` : "";
      item.querySelector(".similarity").textContent = (hit.similarity ?? hit.score).toFixed(3) + alike;
      return item;
    }),
  );
}

function stop() {
  source?.close();
  upload?.abort();
  source = upload = null;
}

function start() {
  pages = [];
  asked = null;
  begin();
}

function goOn() {
  asked = cursor;
  const next = new URLSearchParams({ cursor });
  pages = [...pages, ...list];
  begin();
  open(next);
}

function begin() {
  stop();
  list = [];
  cursor = null;
  more.hidden = true;
  began = performance.now();
  heard = false;
  stands = false;
  stages.replaceChildren();
  stages.dataset.first = "";
  paint();
  say("Searching …");
}

function target() {
  return new FormData(form).get("target");
}

function addressed(parameters) {
  const all = new URLSearchParams({ ...parameters, target: target() });
  // What goes on has no further pages.
  if (live.checked) all.set("live", "true");
  else all.set("cursor", "*");
  if (filter.value.trim() !== "") all.set("filter", filter.value);
  if (collapse.checked) all.set("collapse", "0.99");
  // Only a phrase has words.
  if (rank.value !== "vector" && all.has("text")) all.set("rank", rank.value);
  return all;
}

function searchText() {
  if (text.value.trim() === "") return;
  queryPicture.hidden = true;
  again = searchText;
  start();
  open(addressed({ text: text.value }));
}

// Anew: a stream that knows nothing of the one before, so that what is shown is not what it goes on from.
function open(parameters, anew = false) {
  const stream = new EventSource(`/search?${parameters}`);
  source = stream;
  if (anew) stream.addEventListener("query", () => take("reset", {}), { once: true });
  for (const name of EVENTS) stream.addEventListener(name, (event) => take(name, JSON.parse(event.data)));
  stream.onerror = async () => {
    if (source !== stream) return;
    if (live.checked && heard && (stands || stream.readyState === EventSource.CONNECTING)) {
      say("The connection is lost; trying again …");
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => source === stream && open(parameters, true), 3000);
      return;
    }
    stop();
    // An EventSource does not tell why: ask again, for the problem document.
    try {
      const ending = new URLSearchParams(parameters);
      ending.delete("live");
      const answer = await fetch(`/search?${ending}`, { headers: { Accept: "application/json" } });
      fail(answer.ok ? {} : await answer.json());
    } catch {
      fail({});
    }
  };
}

async function searchPicture(file) {
  text.value = "";
  URL.revokeObjectURL(queryPicture.src);
  queryPicture.src = URL.createObjectURL(file);
  queryPicture.hidden = false;
  again = () => searchPicture(file);
  start();
  const abort = new AbortController();
  upload = abort;
  try {
    const answer = await fetch(`/search?${addressed({})}`, {
      method: "POST",
      body: file,
      headers: { "Content-Type": "application/octet-stream", Accept: "text/event-stream" },
      signal: abort.signal,
    });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      if (upload === abort) fail(problem);
      return;
    }
    for await (const { name, data } of events(answer.body)) {
      if (upload !== abort) return;
      take(name, JSON.parse(data));
    }
    if (upload === abort) fail({}); // cut off before its end
  } catch {
    if (upload === abort) fail({});
  }
}

// An EventSource can't POST: the few lines of the format that our stream uses (WHATWG HTML, 9.2.6).
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      let name = "message";
      const data = [];
      for (const line of block.split("\n")) {
        if (line.startsWith("event:")) name = line.slice(6).trim();
        if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
      }
      if (data.length > 0) yield { name, data: data.join("\n") };
    }
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim() !== "") searchText();
  else again?.();
});
form.addEventListener("change", (event) => {
  if (!["target", "rank", "collapse", "live"].includes(event.target.name)) return;
  if (text.value.trim() !== "") searchText();
  else again?.();
});
more.addEventListener("click", goOn);
queryPicture.addEventListener("error", () => (queryPicture.hidden = true));
picture.addEventListener("change", () => {
  const file = picture.files[0];
  picture.value = ""; // so that the same file can be chosen again
  if (file) searchPicture(file);
});
addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  drop.classList.add("over");
});
addEventListener("dragleave", () => drop.classList.remove("over"));
addEventListener("drop", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length > 0) searchPicture(event.dataTransfer.files[0]);
});

// An address with a query shows its answer.
const address = new URLSearchParams(location.search);
if (address.has("target")) {
  const radio = form.querySelector(`input[value="${CSS.escape(address.get("target"))}"]`);
  if (radio) radio.checked = true;
}
filter.value = address.get("filter") ?? "";
collapse.checked = address.has("collapse");
live.checked = address.get("live") === "true";
if ([...rank.options].some((option) => option.value === address.get("rank"))) rank.value = address.get("rank");
if (address.has("text")) {
  text.value = address.get("text");
  searchText();
} else if (address.has("vector") || address.has("like")) {
  again = () => {
    const subject = ["vector", "space", "like"].filter((name) => address.has(name));
    start();
    open(addressed(Object.fromEntries(subject.map((name) => [name, address.get(name)]))));
  };
  start();
  open(address);
}
