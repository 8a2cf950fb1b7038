// clients/canon.js in the hands of a test: commands come as lines of JSON, what happens goes out as lines of JSON.

import { createInterface } from "node:readline";
import { CanonClient } from "../../clients/canon.js";

const say = (kind, detail) => process.stdout.write(JSON.stringify({ kind, ...detail }) + "\n");
const client = new CanonClient({
  url: process.env.CLIENT_URL,
  accessToken: () => process.env.CLIENT_TOKEN,
  random: () => 0.005, // a schedule of many cuts must not end in long waits
});
for (const kind of ["event", "snapshot", "resumed", "notfound", "failure"]) {
  client.addEventListener(kind, ({ detail }) => say(kind, { detail }));
}
client.addEventListener("status", ({ detail }) => say("status", { detail }));
client.connect();

const commands = {
  follow: ({ thread }) => client.follow(thread),
  stop: ({ run }) => client.stop(run),
  close: () => {
    client.close();
    process.exit(0);
  },
  send: ({ text, thread, id }) =>
    client.send(text, { threadId: thread, clientMessageId: id }).then(
      ({ runId, duplicate }) => say("sent", { id, run: runId, duplicate }),
      (error) => say("refused", { id, code: error.code, message: error.message }),
    ),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  commands[command.op](command);
}
