// The worker, asked: one question at a time, and of several of one kind only the last one.

const waiting = new Map();
let worker;
let number = 0;

export function open(onStep, onFailure) {
  // A worker from a blob has the page's own content security policy, also where the host sends no headers.
  const address = new URL("worker.js", import.meta.url).href;
  const source = new Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" });
  const blob = URL.createObjectURL(source);
  worker = new Worker(blob, { type: "module" });
  worker.addEventListener("error", () => onFailure("the page's program could not be started; load the page again"));
  worker.addEventListener("message", ({ data }) => {
    if (data.step) {
      onStep(data.step);
    } else if (data.failed) {
      onFailure(data.failed);
    } else {
      waiting.get(data.number)?.(data.answer);
      waiting.delete(data.number);
    }
  });
}

export function ask(name, values = {}, data = undefined) {
  number += 1;
  const message = { number, name, values, data };
  return new Promise((resolve) => {
    waiting.set(message.number, resolve);
    worker.postMessage(message, data ? [data] : []);
  });
}
