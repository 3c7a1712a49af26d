// A conversation over a WebSocket.
import { RELEASE } from "./release.js";
import { tab } from "./tab.js";

/**
 * Sends a message and hears what comes back, until a side leaves. leave waits for nobody. The server
 * sends few frames beyond those that were acknowledged: what waits in a proxy grows old.
 * @param {string} message
 * @param {(data: string) => void} hear
 */
export function converse(message, hear) {
  const address = new URL(`ws/page?tab=${tab}&release=${RELEASE}&acks=1`, document.baseURI);
  const socket = new WebSocket(address.href.replace(/^http/, "ws"));
  socket.onopen = () => socket.send(message);
  socket.onmessage = ({ data }) => hear(data);
  let leave = () => {};
  const ended = new Promise((left) => {
    leave = () => {
      socket.onopen = socket.onmessage = null;
      socket.close();
      left(undefined);
    };
    socket.onclose = leave;
  });
  const acknowledge = () => {
    if (socket.readyState === WebSocket.OPEN) socket.send("ack");
  };
  return { ended, leave, acknowledge };
}
