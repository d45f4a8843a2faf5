// What the visitor sees: files are loaded once, each check is shown as it is made, receipts are looked up.
// Nothing but the files beside the page is asked for, unless the visitor presses the button that asks the beacon.

const LONGEST_WAIT = 10_000; // ms for each relay
const LAST = 8.64e15; // ms from 1970 that a date may have
const INSTANTS = new Set(["at", "told"]); // fields that are Unix seconds
const PLAIN = new Set(["round", "right", "seq", "before", "status", "given"]); // numbers that are names
const MARKS = { PASS: "✓", FAIL: "✗", UNCHECKED: "–" };

export function show(code) {
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("data").textContent);
  const asking = asker(code);
  const loaded = load(data, asking);

  // ---------------------------------------------------------------------------------------------- words
  const locale = data.language === "en" ? "en-GB" : data.language; // 24 hours, as everywhere in what Héraut says
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: data.zone });
  const hours = new Intl.DateTimeFormat(locale, { timeStyle: "medium", timeZone: data.zone });
  const numbers = new Intl.NumberFormat(locale);
  const instant = (unix) => {
    const at = unix * 1000;
    return Math.abs(at) <= LAST ? say("instant", { hour: hours.format(at), day: days.format(at) }) : String(unix);
  };
  const said = (field, value) => {
    if (INSTANTS.has(field)) return instant(value);
    return typeof value === "number" && !PLAIN.has(field) ? numbers.format(value) : String(value);
  };
  const say = (sentence, fields = {}) => data.words[sentence].replace(/\{(\w+)\}/g, (_, field) => said(field, fields[field]));
  const put = (id, sentence, fields, kind = "") => {
    element(id).textContent = sentence ? say(sentence, fields) : "";
    element(id).className = kind;
  };
  const named = ({ kind, ...fields }) => (kind ? { ...fields, kind: data.words[`kind_${kind}`] } : fields);
  const title = (name) => {
    const witness = /^witness-(\d+)$/.exec(name);
    return witness ? say("step_witness", { number: Number(witness[1]) }) : say(`step_${name}`);
  };

  // ---------------------------------------------------------------------------------------------- verify
  const verify = element("verify");
  const leftStamps = element("left-stamps");
  const roots = data.roots.map((one) => Uint8Array.from(atob(one), (byte) => byte.charCodeAt(0)));
  verify.addEventListener("click", async () => {
    verify.disabled = true;
    put("verdict", "working");
    element("steps").replaceChildren();
    element("ask").hidden = true;
    put("asked", "");
    try {
      await loaded();
      element("progress").hidden = false;
      element("progress").value = 0;
      leftStamps.hidden = true;
      const { failed, verified } = await asking("checks", { shown: data.shown, roots }, ({ check, share }) => {
        if (check) element("steps").append(step(check));
        else element("progress").value = share;
        if (check?.code === "witness_insecure") leftStamps.hidden = false;
      });
      const verdict = failed ? "verdict_wrong" : verified ? "verdict_verified" : "verdict_right";
      put("verdict", verdict, { count: failed }, failed ? "fail" : "pass");
      element("left").hidden = failed > 0;
      element("ask").hidden = false;
    } catch (wrong) {
      put("verdict", wrong.code, wrong.fields, "fail");
    } finally {
      element("progress").hidden = true;
      verify.disabled = false;
    }
  });

  function step({ name, outcome, code, fields }) {
    const item = document.createElement("li");
    item.className = outcome.toLowerCase();
    item.dataset.name = name;
    item.dataset.code = code;
    const mark = document.createElement("span");
    mark.className = "mark";
    mark.textContent = MARKS[outcome];
    mark.setAttribute("aria-hidden", "true");
    const heading = document.createElement("strong");
    heading.textContent = title(name);
    const word = document.createElement("span");
    word.className = "word";
    word.textContent = say(`outcome_${outcome}`);
    const sentence = document.createElement("p");
    sentence.textContent = say(code, named(fields));
    item.append(mark, heading, " ", word, sentence);
    if (/^https?:\/\//.test(fields.link)) {
      const link = document.createElement("a");
      link.href = link.textContent = fields.link;
      link.rel = "noopener noreferrer nofollow";
      item.append(link);
    }
    return item;
  }

  // ---------------------------------------------------------------------------------------------- the beacon, if asked
  element("ask").addEventListener("click", async () => {
    element("ask").disabled = true;
    put("asked", "asking");
    const { round, chain, signature } = await asking("round");
    const found = await firstAnswer(data.relays.map((relay) => `${relay}/${chain}/public/${round}`), round);
    element("ask").disabled = false;
    if (!found) put("asked", "beacon_silent", {}, "unchecked");
    else if (found.signature === signature) put("asked", "beacon_same", { who: found.host, round }, "pass");
    else put("asked", "beacon_other", { who: found.host, round }, "fail");
  });

  // ---------------------------------------------------------------------------------------------- one's own entry
  const form = element("receipt");
  const filled = new URLSearchParams(location.hash.slice(1)); // a receipt's link: what follows # is sent to nobody
  for (const field of ["id", "nonce"]) form.elements[field].value = filled.get(field) ?? "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = form.elements.id.value.trim();
    const nonce = form.elements.nonce.value.trim().toLowerCase();
    if (!id) return refuse("id", "receipt_no_id");
    if (!/^[0-9a-f]{64}$/.test(nonce)) return refuse("nonce", "receipt_no_nonce");
    for (const field of ["id", "nonce"]) form.elements[field].removeAttribute("aria-invalid");
    put("entry", "looking");
    try {
      await loaded();
      const found = await asking("entry", { id, nonce });
      const { handle, rank, count, winners, alternates } = found;
      if (!rank) return put("entry", "entry_absent", { handle }, "fail");
      const what = rank <= winners ? "entry_winner" : rank <= winners + alternates ? "entry_alternate" : "entry_there";
      put("entry", found.weight === 1 ? what : `${what}_chances`, { ...found, total: count }, "pass");
    } catch (wrong) {
      put("entry", wrong.code, wrong.fields, "fail");
    }
  });

  function refuse(field, sentence) {
    form.elements[field].setAttribute("aria-invalid", "true");
    form.elements[field].focus();
    put("entry", sentence, {}, "fail");
  }

  // ---------------------------------------------------------------------------------------------- files chosen by hand
  for (const name of ["certificate", "entrants"]) {
    element(`file-${name}`).addEventListener("change", async ({ target }) => {
      if (!target.files.length) return;
      loaded.replace(name, new Uint8Array(await target.files[0].arrayBuffer()));
    });
  }
  verify.disabled = false;
  element("find").disabled = false;
}

// Give a function that asks the worker one thing and promises its answer; `hear` is told what comes before it.
function asker(code) {
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const waiting = new Map();
  let last = 0;
  let broken = null;
  worker.addEventListener("error", ({ message }) => {
    broken = { code: "broken", fields: { message: message || "Worker" } }; // it never answers again
    for (const { reject } of waiting.values()) reject(broken);
  });
  worker.addEventListener("message", ({ data: { number, ...said } }) => {
    const { hear, resolve, reject } = waiting.get(number);
    if ("answer" in said) resolve(said.answer);
    else if ("wrong" in said) reject(said.wrong);
    else hear(said);
  });
  return (ask, asked = {}, hear = () => {}) =>
    new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      waiting.set(++last, { hear, resolve, reject });
      worker.postMessage({ number: last, ask, ...asked });
    });
}

// Fetch the files beside the page at once, so that what follows needs no network. Gives a function that promises that
// they are with the worker, and tries again those that did not come; `replace` puts others in their place.
function load({ files: addresses }, asking) {
  const files = {};
  const bring = async () => {
    const missing = Object.keys(addresses).filter((name) => !files[name]);
    await Promise.all(missing.map(async (name) => (files[name] = await bytesAt(addresses[name]))));
    for (const name of ["certificate", "entrants"]) if (!files[name]) throw { code: "not_loaded", fields: {} };
    await asking("files", { files });
  };
  let running = bring();
  running.catch(() => {}); // said when somebody presses a button
  const loaded = () => running.catch(() => (running = bring()));
  loaded.replace = (name, bytes) => {
    files[name] = bytes;
    running = bring();
    running.catch(() => {});
  };
  return loaded;
}

async function bytesAt(address) {
  try {
    const answer = await fetch(address, { credentials: "omit" });
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  } catch {
    return null; // offline, or opened from a disk: the visitor is asked for the files
  }
}

// Ask one relay after the other for a round; a relay may be down, hide or lie, and cannot forge.
async function firstAnswer(addresses, round) {
  for (const address of addresses) {
    try {
      const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(LONGEST_WAIT) });
      const said = answer.ok ? await answer.json() : {};
      if (said.round === round && typeof said.signature === "string") return { host: new URL(address).host, signature: said.signature };
    } catch {
      continue; // the next one
    }
  }
  return null;
}
