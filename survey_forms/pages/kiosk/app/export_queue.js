// The queue as a file, for a tablet that cannot send any more; what is exported also stays in the queue.

import { writeInstant } from "./clock.js";
import { sha256Hex } from "./identity.js";
import { listItems } from "./queue.js";

export async function writeQueueFile(tablet) {
  const items = await listItems(tablet.store);
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join("");
  const head = {
    kind: "hailong-queue",
    device: tablet.device || null,
    number: tablet.number || null,
    app_version: tablet.version,
    exported_at: writeInstant(tablet.clock.wall()),
    count: items.length,
    sha256: await sha256Hex(lines),
  };
  return { count: items.length, text: `${JSON.stringify(head)}\n${lines}` };
}

export async function downloadQueue(tablet) {
  const { count, text } = await writeQueueFile(tablet);
  const address = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `hailong-queue-${tablet.number || "0"}-${writeInstant(tablet.clock.wall()).slice(0, 10)}.jsonl`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return count;
}
