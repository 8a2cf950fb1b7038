// Where the user is connected, and, for those who run the server, what delivery did. Asked for while the panel is open.

import { h } from "./dom.js";
import { showPanel } from "./overlay.js";

const every = 3_000; // ms
const operators = new Set(["admin", "service"]);

/** Opens the panel. */
export function showDevices(session) {
  const operates = operators.has(session.user?.role);
  const devices = h("div", { class: "panel-part" });
  const figures = h("div", { class: "panel-part" });
  const problem = h("p", { class: "panel-problem", role: "alert", hidden: true });
  let timer = null;
  const dialog = showPanel({
    title: operates ? "Devices and delivery" : "Devices",
    body: [devices, operates && figures, problem],
    onclose: () => clearTimeout(timer),
  });

  let told = true; // whether this server tells a user's own connections
  async function refresh() {
    try {
      const [own, stats] = await Promise.all([
        told ? session.request("GET", "/api/connections").catch(unlessMissing) : null,
        operates ? session.request("GET", "/ws/stats") : null,
      ]);
      if (!dialog.open) return;
      told = own !== null;
      devices.replaceChildren(...(own ? deviceList(deviceRows(own.connections)) : operates ? [] : [untold()]));
      if (stats) figures.replaceChildren(...figureList(deliveryFigures(stats)));
      problem.hidden = true;
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    if (dialog.open) timer = setTimeout(refresh, every);
  }
  refresh();
}

function unlessMissing(error) {
  if (error.status === 404) return null;
  throw error;
}

/** What the panel says of each connection: `[{name, isCurrent, details}]`, this one first, then the newest. */
export function deviceRows(connections, now = Date.now()) {
  return [...connections]
    .sort((a, b) => Number(b.current ?? false) - Number(a.current ?? false) || b.connected_at - a.connected_at)
    .map((connection) => ({
      name: deviceName(connection.user_agent),
      isCurrent: connection.current === true,
      details: [
        `connected ${ago(now - connection.connected_at * 1_000)}`,
        count(connection.follows ?? 0, "conversation"),
        `${count(connection.delivered ?? 0, "frame")} received`,
        `${connection.received ?? 0} sent`,
        ...(connection.lagging ? ["reads slowly"] : []),
      ].join(" · "),
    }));
}

/** A browser and its system from a `User-Agent`, which says more than anybody wants to read. */
export function deviceName(agent) {
  if (!agent) return "Unknown device";
  const find = (table) => table.find(([pattern]) => pattern.test(agent))?.[1];
  const program = find([
    [/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"], [/Safari\//, "Safari"],
    [/^node|undici/i, "Node.js"], [/^Python\//, "Python"], [/^curl\//, "curl"],
  ]);
  const system = find([
    [/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/CrOS/, "ChromeOS"],
    [/Linux/, "Linux"],
  ]);
  if (!program) return agent.slice(0, 40);
  return system ? `${program} on ${system}` : program;
}

/** What the panel says of delivery: `[{name, value, note?, isBad?}]`. */
export function deliveryFigures({ active_connections: connections, active_users: users, open_runs: runs, delivery, counters = {} }) {
  const counted = (name, ...others) => delivery?.[name] ?? others.map((other) => counters[other]).find((value) => value !== undefined);
  const dropped = counted("dropped", "events_dropped");
  const all = [
    { name: "Connections", value: connections },
    { name: "Users", value: users },
    { name: "Open runs", value: runs },
    { name: "Delivered", value: counted("delivered", "events_delivered"), note: "events written to connections" },
    { name: "Replayed", value: counted("replayed", "events_replayed"), note: "of them read from the log" },
    { name: "Joined", value: counted("coalesced", "events_coalesced"), note: "events put together for slow readers" },
    { name: "Snapshots", value: counted("snapshots", "snapshots_sent"), note: "conversations sent anew" },
    { name: "Dropped", value: dropped, note: dropped > 0 ? "must stay 0: see the server's log" : "as it must be", isBad: dropped > 0 },
    { name: "Refused", value: counted("refused", "messages_refused"), note: "messages answered by an error" },
  ];
  return all.filter(({ value }) => value !== undefined);
}

function untold() {
  return h("p", { class: "dialog-text" }, "This server does not tell which devices are connected.");
}

function deviceList(rows) {
  const items = rows.map(({ name, isCurrent, details }) =>
    h(
      "li",
      { class: "device" },
      h("span", { class: "device-name" }, name, isCurrent && h("span", { class: "device-current" }, "this one")),
      h("span", { class: "device-details" }, details),
    ),
  );
  return [h("h3", { class: "panel-heading" }, "Connected now"), h("ul", { class: "devices", "aria-label": "Connected devices" }, items)];
}

function figureList(figures) {
  const items = figures.map(({ name, value, note, isBad }) =>
    h(
      "div",
      { class: isBad ? "figure bad" : "figure" },
      h("dt", {}, name),
      h("dd", {}, h("span", { class: "figure-value" }, value.toLocaleString("en")), note && h("span", { class: "figure-note" }, note)),
    ),
  );
  return [h("h3", { class: "panel-heading" }, "Delivery since the server started"), h("dl", { class: "figures" }, items)];
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function ago(ms) {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
