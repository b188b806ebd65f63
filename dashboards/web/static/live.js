// Shows news without a reload: what changed on the page is put in the place of what was there.
// Without this script every page shows the same; one only has to load it again.

const READING = "details[open], input:focus, textarea:focus, select:focus";

async function renew() {
  const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
  if (!answer.ok || new URL(answer.url).pathname !== location.pathname) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const found = next.querySelector(`[data-live="${old.dataset.live}"]`);
    if (!found || same(old, found) || old.querySelector(READING)) continue;
    const fresh = document.importNode(found, true);
    // Pictures are there before they are shown: nothing flickers.
    await Promise.all([...fresh.querySelectorAll("img")].map((one) => one.decode().catch(() => {})));
    old.replaceWith(fresh);
  }
}

function same(old, found) {
  if (old.dataset.key !== undefined) return old.dataset.key === found.dataset.key;
  return old.innerHTML === found.innerHTML;
}

let waiting = false;

async function soon() {
  if (waiting || document.hidden) return;
  waiting = true;
  try {
    await renew();
  } catch {
    // The next event tries again.
  } finally {
    waiting = false;
  }
}

if (document.querySelector("[data-live]")) {
  new EventSource("/live").addEventListener("message", soon);
  document.addEventListener("visibilitychange", soon);
}
